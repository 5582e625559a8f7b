/** One run of discovery over one scope: read, group, name, commit; then, where wanted, insights. Call it under the tenant's lease. */
import type { ChangeContext } from '../../log/change.ts';
import type { DiscoverQuery, Idempotency } from '../../memory.ts';
import type { Caller } from '../../model/caller.ts';
import type { Pattern, PatternScope } from '../../model/pattern.ts';
import { shownPattern } from '../../patterns/view.ts';
import { claimOf, replayOf } from '../idempotent.ts';
import type { Ports } from '../ports.ts';
import { createStoring, type StorePorts } from '../store-memories.ts';
import { findGroups, renew } from './find.ts';
import { insightOf, isInsight } from './insights.ts';
import { readable } from './readable.ts';

export type DiscoverPorts = StorePorts &
  Pick<Ports, 'vectors' | 'patterns' | 'consumers'> & {
    /** Of the configured model. */
    cosineFloor: number;
  };

/** A run that died is replaced after this; it takes seconds. */
export const LEASE_MS = 60_000;
/** One commit each. */
const INSIGHTS_AT_ONCE = 100;

export interface Discovered {
  patterns: Pattern[];
  counts: { found: number; new: number; changed: number; dropped: number; insights: number };
  /** Where the request was carried out before, the patterns of then. */
  repeated: string[] | null;
}

/** What the reply of a repeated request remembers. */
export const toReply = (ids: string[]) => ({ status: 200, body: { pattern_ids: ids } });
export const fromReply = (body: unknown): string[] => (body as { pattern_ids: string[] }).pattern_ids;

export const scopeOf = (
  { agentId: reader }: Caller,
  { userId, agentId }: Pick<DiscoverQuery, 'userId' | 'agentId'>,
) => ({
  reader,
  userId: userId ?? null,
  agentId: agentId ?? null,
});

export async function discoverIn(
  ports: DiscoverPorts,
  caller: Caller,
  context: ChangeContext,
  query: DiscoverQuery,
  idempotency?: Idempotency,
): Promise<Discovered> {
  const { minClusterSize: minSize, minSimilarity, storeInsights, ...whose } = query;
  const { tenantId, now } = context;
  const scope = scopeOf(caller, whose);
  const [memories, known] = await Promise.all([
    readable(ports, caller, whose, now),
    ports.patterns.ofScope(tenantId, scope),
  ]);
  const told = memories.filter(({ row }) => !isInsight(row));
  const found = await findGroups(told, { minSize, minSimilarity, floor: ports.cosineFloor });
  const { kept, dropped, events, newCount } = renew(context, { scope, minSize }, known, found);
  const result = await ports.log.commit({
    tenantId,
    events,
    patterns: { kept, dropped },
    now,
    ...claimOf(idempotency, toReply(kept.map(({ id }) => id))),
  });
  const earlier = replayOf(result, idempotency);
  const counts = { found: kept.length, new: newCount, changed: events.length - newCount, dropped: dropped.length };
  if (earlier !== null) return { patterns: [], counts: { ...counts, insights: 0 }, repeated: fromReply(earlier.body) };
  if (events.length > 0) await ports.poke.poke(tenantId);

  const rows = new Map(told.map(({ row }) => [row.id, row]));
  const patterns = kept.flatMap((stored) => shownPattern(stored, rows) ?? []);
  if (storeInsights) await tell(ports, caller, scope, patterns);
  return { patterns, counts: { ...counts, insights: storeInsights ? patterns.length : 0 }, repeated: null };
}

async function tell(ports: DiscoverPorts, caller: Caller, scope: PatternScope, patterns: readonly Pattern[]) {
  const drafts = patterns.map((pattern) => insightOf(pattern, scope));
  for (let start = 0; start < drafts.length; start += INSIGHTS_AT_ONCE) {
    const batch = drafts.slice(start, start + INSIGHTS_AT_ONCE);
    // In the name of the agent whose they become.
    await createStoring(ports).storeBatch({ ...caller, agentId: batch[0]?.agentId ?? null }, batch);
  }
}
