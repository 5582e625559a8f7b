/** Puts an engine and its HTTP front together into the `Engine` that the rest of the local run sees. */
import type { Supervisor } from './supervise.ts';
import { type Engine, EngineError } from './types.ts';

/** The HTTP endpoint of an engine. */
export interface Front {
  readonly url: string;
  close(): Promise<void>;
}

interface About {
  nativeUrl: string;
  description: string;
}

export function supervisedEngine<Name extends Engine['name']>(
  name: Name,
  supervisor: Supervisor,
  front: Front,
  about: About,
) {
  return {
    name,
    origin: 'started' as const,
    url: front.url,
    ...about,
    pid: () => supervisor.pid,
    kill: () => supervisor.kill(),
    revive: () => supervisor.revive(),
    save: () => supervisor.save(),
    rollback: (saved: string) => supervisor.rollback(saved),
    async stop() {
      await front.close();
      await supervisor.stop();
    },
  };
}

export function externalEngine<Name extends Engine['name']>(name: Name, front: Front, about: About) {
  const refuse = async (): Promise<never> => {
    throw new EngineError(
      `${about.description} is not ours to stop or restore. Leave its URL unset to test with an embedded engine.`,
    );
  };
  return {
    name,
    origin: 'external' as const,
    url: front.url,
    ...about,
    pid: () => undefined,
    kill: refuse,
    revive: refuse,
    save: refuse,
    rollback: refuse,
    stop: () => front.close(),
  };
}
