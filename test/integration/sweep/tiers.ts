/** A sweep on real engines, and what a test looks at after it. */
import type { JsonObject } from '@auren/memory/model/json.ts';
import type { SweepPorts } from '@auren/memory/usecases/sweep/run.ts';
import { createSweep } from '@auren/memory/usecases/sweep/sweep.ts';
import { expect } from 'vitest';
import type { Domain } from '../../support/domain.ts';
import { recount } from '../../support/recount.ts';

const SWEEP_MS = 20_000;

/** The schedule's run, of this tenant alone: other files leave theirs in the database, and live by other clocks. */
export async function swept(d: Domain, ports: SweepPorts = d.ports): Promise<JsonObject> {
  const consumers = { ...ports.consumers, tenants: async () => [d.tenantId] };
  return await createSweep({ ...ports, consumers }).sweep(new Date(Date.now() + SWEEP_MS));
}

/** The ports, whose nth call among these fails: before it is made, or after. */
export function dyingPorts(
  { ports }: Domain,
  watched: Partial<Record<keyof SweepPorts, readonly string[]>>,
  nth: number,
  isDone: boolean,
): SweepPorts {
  let calls = 0;
  const wrapped = Object.entries(watched).map(([name, methods]) => {
    const port = ports[name as keyof SweepPorts] as unknown as Record<string, (...args: unknown[]) => unknown>;
    const killing = methods.map((method) => [
      method,
      async (...args: unknown[]) => {
        calls += 1;
        if (calls === nth && !isDone) throw new Error('killed');
        const answer = await port[method]?.(...args);
        if (calls === nth && isDone) throw new Error('killed');
        return answer;
      },
    ]);
    return [name, { ...port, ...Object.fromEntries(killing) }];
  });
  return { ...ports, ...Object.fromEntries(wrapped) };
}

/** As after a fail-over to an empty server. */
export async function emptyRedis(d: Domain): Promise<void> {
  const keys = await d.redis.keys(`auren:{${d.tenantId}}:*`);
  expect(keys.length).toBeGreaterThan(0);
  await d.redis.del(...keys);
}

export async function use(d: Domain, id: string, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    d.clock.advance({ seconds: 1 });
    await d.memory.retrieve(d.caller(), id, {});
  }
}

export const rowOf = async (d: Domain, id: string) =>
  (await d.ports.catalog.find(d.tenantId, [id], 'none', d.clock.now().toISOString()))[0];

export const lastEvent = async (d: Domain, id: string) => (await d.ports.log.stream(d.tenantId, id)).at(-1);

export async function eventCount(d: Domain): Promise<number> {
  const text = "select count(*)::int as n from auren.events where tenant_id = $1 and type like 'memory.%'";
  const [row] = await d.sql(text, [d.tenantId]);
  return row?.n as number;
}

/** The figures of the API against a listing, and each memory against what lies in each engine. */
export async function expectStatsToEqualARecount(d: Domain) {
  expect(await recount(d)).toEqual([]);
}
