/** Where a memory really is: looked up in each engine, past the use cases. */
import { createChroma } from '@auren/memory/clients/chroma.ts';
import type { ControlAction } from '@auren/memory/memory.ts';
import type { TierName } from '@auren/memory/model/memory.ts';
import { expect } from 'vitest';
import { daysAfter, NOON } from '../../support/clock.ts';
import type { Domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';

export const AGENT = 'neuroscientist';
/** Warm and cold by age, on a clock that stands at noon. */
export const MONTHS_8 = daysAfter(NOON, -240);
export const YEARS_2 = daysAfter(NOON, -730);

export const tierOf = async (d: Domain, id: string): Promise<TierName> =>
  (await d.memory.retrieve(d.caller(), id, {})).tier;

export const hasHotCopy = async (d: Domain, id: string): Promise<boolean> =>
  (await d.ports.hot.get(d.tenantId, [id])).has(id);

/** The record in Chroma as it lies there. */
export async function inChroma(d: Domain, id: string) {
  const { CHROMA_URL: url } = sharedEngines();
  const chroma = createChroma(
    { url, apiKey: undefined, tenant: undefined, database: undefined },
    'universal-sentence-encoder-lite',
  );
  const found = await chroma.read(d.tenantId, (records) =>
    records.get({ ids: [id], include: ['documents', 'metadatas'] }),
  );
  return { found: found?.ids.length === 1, document: found?.documents[0] ?? '', text: JSON.stringify(found) };
}

/** Everywhere a memory of the tier must be found, and must not. */
export async function expectIn(d: Domain, tier: TierName, id: string) {
  const [row] = await d.sql('select tier, content from auren.memories where tenant_id = $1 and id = $2', [
    d.tenantId,
    id,
  ]);
  const { found, document } = await inChroma(d, id);
  const hot = await hasHotCopy(d, id);
  expect({ tier: row?.tier, hot, warm: row?.content != null, indexed: found, cold: document !== '' }).toEqual({
    tier,
    hot: tier === 'hot',
    warm: tier === 'warm',
    indexed: true,
    cold: tier === 'cold',
  });
}

/** The agent's own word on its memories. */
export async function control(
  d: Domain,
  action: Exclude<ControlAction['action'], 'set_retention' | 'prioritize'>,
  ...memoryIds: string[]
) {
  return (await d.memory.control(d.caller(AGENT), AGENT, { action, memoryIds }, {})).body;
}
