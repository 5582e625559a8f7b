/** Retention policies for tests: asked for by one agent, over two memories of which one is worth keeping. */
import type { ControlAction } from '../../../layers/memory/memory.ts';
import type { RetentionCriteria } from '../../../layers/memory/policy/retention-policy.ts';
import { aSession, type Session } from './session.ts';

export const AGENT = 'neuroscientist';
export type Retention = Extract<ControlAction, { action: 'set_retention' }>;

export const ask = (criteria: RetentionCriteria, options: Partial<Retention> = {}): Retention => ({
  action: 'set_retention',
  criteria,
  onFail: 'demote',
  simulate: false,
  queries: [],
  ...options,
});
export const retain = async ({ memory, caller }: Session, action: Retention, options = {}) =>
  (await memory.control(caller(AGENT), AGENT, action, options)).body;

/** Two memories: one worth keeping at priority 7, one not. */
export async function two() {
  const session = await aSession();
  const [kept, let_go] = [await session.store({ priority: 8 }), await session.store({ priority: 3 })];
  return { session, kept, released: let_go };
}
