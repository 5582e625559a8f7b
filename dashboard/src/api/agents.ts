/** Agents, their figures, and the standing policy: shown, tried out, set and cleared. */
import type { controlMemories } from '../../../functions/contract/control.ts';
import { type Answer, type Body, call } from './client.ts';
import { ApiError } from './problem.ts';
import type { Agent, Memory, Policy, Stats } from './types.ts';

type Control = Body<typeof controlMemories>;
export type RetentionParams = Extract<Control, { action: 'set_retention' }>['params'];
export type Criteria = RetentionParams['criteria'];
export type OnFail = NonNullable<RetentionParams['on_fail']>;
export type RetentionAnswer = Answer<typeof controlMemories>;

const AGENTS_MAX = 200;
const LISTED_MAX = 200;

const path = (agent: string, rest: string) => `/v1/agents/${encodeURIComponent(agent)}/${rest}`;

export const listAgents = async (signal: AbortSignal): Promise<Agent[]> =>
  (await call<{ agents: Agent[] }>('GET', '/v1/agents', { query: { limit: AGENTS_MAX }, signal })).agents;

export const getAgentStats = (agent: string, signal: AbortSignal) =>
  call<Stats>('GET', path(agent, 'stats'), { signal });

/** Null where the agent has none. */
export async function getPolicy(agent: string, signal: AbortSignal): Promise<Policy | null> {
  try {
    return await call<Policy>('GET', path(agent, 'policy'), { signal });
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not_found') return null;
    throw error;
  }
}

/** Sets the policy, or says what it would do. A repeated click on the same thing sets it once. */
export const setRetention = (agent: string, params: RetentionParams, idempotencyKey?: string) =>
  call<RetentionAnswer>('POST', path(agent, 'control'), {
    body: { action: 'set_retention', params } satisfies Control,
    headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
  });

export const clearPolicy = (agent: string) => call<undefined>('DELETE', path(agent, 'policy'));

/** Those of the lowest priority: what a policy releases first. Listing is no use, so that looking changes nothing. */
export const leastOf = async (agent: string): Promise<Memory[]> =>
  (
    await call<{ memories: Memory[] }>('GET', '/v1/memories', {
      query: { agent_id: agent, order: 'priority', limit: LISTED_MAX },
    })
  ).memories;
