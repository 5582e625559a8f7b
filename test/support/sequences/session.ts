/** One sequence under way: the world, the model, and what is known about how far they may differ. */
import { type Memo, type Model, newModel } from './model.ts';
import { aWorld, type Ground, type World } from './world.ts';

export interface Session {
  readonly world: World;
  model: Model;
  /** States that Redis may still show, of memories whose change it missed; until the projector has caught up. */
  readonly stale: Map<string, Memo[]>;
  /** No fault and no outage so far: nothing may leave Redis that fits. */
  isCalm: boolean;
  /** A sweep died, perhaps between the two engines that count uses: the next one settles it. */
  isUnsettled: boolean;
  /** The projector has caught up just now: hot reads come from Redis, with exact uses. */
  isFresh: boolean;
  /** Real id of a policy -> its name in the model. */
  readonly policyNames: Map<string, string>;
}

export async function newSession(ground: Ground): Promise<Session> {
  return {
    world: await aWorld(ground),
    model: newModel(ground.ports.clock.now().getTime(), ground.capacity),
    stale: new Map(),
    isCalm: true,
    isUnsettled: false,
    isFresh: false,
    policyNames: new Map(),
  };
}

export const isDown = ({ world }: Session, engine: 'postgres' | 'redis' | 'chroma'): boolean =>
  world.faults.down.has(engine);
