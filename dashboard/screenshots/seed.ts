/** Two years and a half of the demo's agents, imported with the times they have; then a day of use, so that every view has something to show. */
import { DAY_MS } from '../../layers/memory/clock.ts';
import { type Api, until } from '../../local/demo/api.ts';
import { clusters, DAYS_A_WEEK, QUESTIONS, week } from '../../local/demo/life.ts';

const WEEKS = 130;
/** Weeks a batch: 20 x 24 memories stay under the 500 of a batch. */
const WEEKS_A_BATCH = 20;
const INDEXED_WITHIN_MS = 240_000;

const READ = 4;
const MOVED = 9;

interface Listed {
  id: string;
  agent_id: string;
}

interface Stats {
  index?: { pending: number };
}

function* batches(now: Date) {
  const weeks = Array.from({ length: WEEKS }, (_, number) => {
    const end = new Date(now.getTime() - (WEEKS - 1 - number) * DAYS_A_WEEK * DAY_MS);
    // What was not meant to be kept is long gone.
    return week(number, end).filter(({ ttl_seconds: ttl }) => ttl === undefined);
  });
  for (let from = 0; from < weeks.length; from += WEEKS_A_BATCH) yield weeks.slice(from, from + WEEKS_A_BATCH).flat();
}

/** Stores it all and waits until it is indexed. */
export async function seed(api: Api, now = new Date()): Promise<void> {
  for (const memories of batches(now)) await api.post('/v1/memories/batch', { memories });
  await api.post('/v1/memories/batch', { memories: clusters('companion', 'ada') });
  await api.post('/v1/agents/kitchen/control', {
    action: 'set_retention',
    params: { criteria: { min_priority: 4 }, on_fail: 'demote' },
  });
  await use(api);
  await until('every memory indexed', INDEXED_WITHIN_MS, async () => {
    const { index } = await api.get<Stats>('/v1/stats');
    return index?.pending === 0;
  });
  await api.post('/v1/patterns/discover', {});
}

/** A little of everything that the live feed shows. */
export async function use(api: Api): Promise<void> {
  for (const { user_id, query } of QUESTIONS) await api.post('/v1/search', { query, user_id, limit: 5 });
  const listed = async (tier: string, limit: number) =>
    (await api.get<{ memories: Listed[] }>(`/v1/memories?tier=${tier}&limit=${limit}`)).memories;
  const read = [await listed('hot', READ), await listed('warm', MOVED), await listed('cold', READ)];
  for (const { id } of read.flat()) await api.get(`/v1/memories/${id}`);
  const memories = await listed('warm', MOVED);
  for (const [at, { id, agent_id }] of memories.entries()) {
    const action = ['promote', 'archive', 'pin'][at % 3];
    await api.post(`/v1/agents/${agent_id}/control`, { action, params: { memory_ids: [id] } });
  }
}
