/** Memories with a past of uses and joint recalls, for the suites about recalls. */
import type { Recalls } from '../../../layers/memory/recall/port.ts';
import type { HourCounts } from '../../../layers/memory/tiers/port.ts';
import { aMemory, stored } from '../../support/builders.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import type { LogSubject } from './commit.ts';
import { commitAll, idsOf } from './subject.ts';

export interface RecallsSubject extends LogSubject {
  recalls: Recalls;
}

const LONG_AGO = daysAfter(NOON, -100);

/** A tenant with these memories, warm for a hundred days unless said otherwise. */
export async function recallHistory(
  { newTenant, ...ports }: RecallsSubject,
  ...fields: Parameters<typeof aMemory>[0][]
) {
  const tenantId = await newTenant();
  const records = await commitAll(
    ports.log,
    fields.map((of) => stored(tenantId, aMemory({ tier: 'warm', createdAt: LONG_AGO, ...of }))),
  );
  let flush = '';
  /** Uses by hour, of the memory at each place. */
  const used = async (uses: readonly [place: number, hours: HourCounts, at?: string][]) => {
    const previous = flush;
    flush = `${previous}+`;
    await ports.catalog.countUses(tenantId, {
      id: flush,
      previous,
      uses: uses.map(([place, hours, at = NOON]) => {
        const count = Object.values(hours).reduce((sum, n) => sum + n, 0);
        return { id: records[place]?.id ?? 'mem_absent', count, recent: [at], hours };
      }),
    });
  };
  /** Recalled together so often, the last time at an instant. */
  const together = (pairs: readonly [one: number, other: number, count: number][], lastAt = NOON) =>
    ports.recalls.countTogether(
      tenantId,
      pairs.map(([one, other, count]) => {
        const [id = '', otherId = ''] = [records[one]?.id, records[other]?.id];
        return { id, otherId, count, lastAt };
      }),
      lastAt,
    );
  /** Places of the partners of the memory at a place. */
  const partnersOf = async (place: number, now = NOON, limit = 100) => {
    const found = await ports.recalls.partners(tenantId, [records[place]?.id ?? ''], limit, now);
    return found.map(({ id }) => idsOf(records).indexOf(id));
  };
  return { ...ports, tenantId, records, used, together, partnersOf };
}
