/**
 * The proof: one SHA-256 over every living memory as the log gives it, in canonical JSON, and the same over what is read back: the row
 * from the catalog, the content from the tier that holds it, the partition from the index. Both go through the memories in the log's own
 * order, a page at a time. Beside the hashes it says which engine differs, and in what.
 */
import { createHash } from 'node:crypto';
import type { CatalogRow } from '../../catalog/port.ts';
import { type Instant, instant } from '../../clock.ts';
import type { Engine } from '../../errors.ts';
import { canonicalJson } from '../../model/json.ts';
import { type MemoryRecord, TIERS, type TierName } from '../../model/memory.ts';
import { partitionKey } from '../../search/partition-vector.ts';
import type { VectorMark } from '../../search/port.ts';
import type { Copy } from '../../tiers/port.ts';
import type { Progress, RebuildPorts } from './ports.ts';
import { strangers } from './strangers.ts';
import { walk } from './walk.ts';

const NAMED_MAX = 5;
const PER_READ = 100;

/** What of an engine is not as the log says: how many, and the first of them. */
export interface Difference {
  count: number;
  examples: string[];
}

export interface Proof {
  memories: number;
  tiers: Record<TierName, number>;
  /** Hex. */
  logHash: string;
  foundHash: string;
  differences: Record<Engine, Difference>;
}

export const isEqual = ({ logHash, foundHash, differences }: Proof): boolean =>
  logHash === foundHash && Object.values(differences).every(({ count }) => count === 0);

/** One memory as every place says it. */
interface Found {
  row: CatalogRow | undefined;
  hot: Copy | undefined;
  cold: Copy | undefined;
  mark: VectorMark | undefined;
}

/** Uses are counted apart from the log. */
function stateOf({ accessCount: _count, lastAccessedAt: _at, ...record }: MemoryRecord | CatalogRow) {
  const { createdAt, updatedAt, expiresAt, tierSince } = record;
  return {
    ...record,
    createdAt: instant(createdAt),
    updatedAt: instant(updatedAt),
    tierSince: instant(tierSince),
    expiresAt: expiresAt === null ? null : instant(expiresAt),
  };
}

const line = (record: MemoryRecord | CatalogRow, partition: string | null): string =>
  `${canonicalJson({ ...stateOf(record), partition })}\n`;

/** What expired and is not swept yet may be gone from Redis and Chroma already. */
const hasExpired = ({ expiresAt }: MemoryRecord, now: Instant) => expiresAt !== null && instant(expiresAt) <= now;

function contentOf(record: MemoryRecord, { row, hot, cold }: Found, now: Instant) {
  if (hasExpired(record, now)) return record.content;
  if (record.tier === 'hot') return hot?.seq === record.seq ? hot.content : null;
  if (record.tier === 'warm') return row?.content ?? null;
  return cold && cold.seq >= record.contentSeq && cold.seq <= record.seq ? cold.content : null;
}

function partitionOf(record: MemoryRecord, mark: VectorMark | undefined, now: Instant): string | null {
  if (hasExpired(record, now)) return partitionKey(record);
  return mark && mark.seq >= record.contentSeq && mark.seq <= record.seq ? mark.partition : null;
}

/** The warm copy that PostgreSQL itself must hold; that of a cold memory goes when its cold copy is verified. */
const hasWarmCopy = ({ tier, dualStored }: MemoryRecord) => tier === 'warm' || dualStored;

const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

function differing(record: MemoryRecord, found: Found, now: Instant): Engine[] {
  const { row } = found;
  const held = row?.content ?? null;
  const isWarmRight = hasWarmCopy(record)
    ? same(held, record.content)
    : held === null || (record.tier === 'cold' && same(held, record.content));
  const isRowRight =
    row !== undefined && same(stateOf({ ...row, content: null }), stateOf({ ...record, content: null }));
  const content = contentOf(record, found, now);
  const engines: Engine[] = isRowRight && isWarmRight ? [] : ['postgres'];
  if (record.tier === 'hot' && !same(content, record.content)) engines.push('redis');
  const isColdRight = record.tier !== 'cold' || same(content, record.content);
  if (!isColdRight || partitionOf(record, found.mark, now) !== partitionKey(record)) engines.push('chroma');
  return engines;
}

async function lookUp(ports: RebuildPorts, tenantId: string, records: readonly MemoryRecord[]) {
  const idsIn = (tier: TierName) => records.filter((record) => record.tier === tier).map(({ id }) => id);
  const ids = records.map(({ id }) => id);
  const [rows, hot, cold, marks] = await Promise.all([
    ports.repair.rows(tenantId, ids),
    ports.hot.get(tenantId, idsIn('hot')),
    ports.cold.get(tenantId, idsIn('cold')),
    ports.vectors.marks(tenantId, ids),
  ]);
  const rowsById = new Map(rows.map((row) => [row.id, row]));
  return (id: string): Found => ({
    row: rowsById.get(id),
    hot: hot.get(id),
    cold: cold.get(id),
    mark: marks.get(id),
  });
}

/** Throws what engines throw. What others write meanwhile may show as a difference: then it takes another run. */
export async function prove(ports: RebuildPorts, tenantId: string, progress: Progress): Promise<Proof> {
  const [log, found] = [createHash('sha256'), createHash('sha256')];
  const tiers = Object.fromEntries(TIERS.map((tier) => [tier, 0])) as Record<TierName, number>;
  const differences = {
    postgres: { count: 0, examples: [] },
    redis: { count: 0, examples: [] },
    chroma: { count: 0, examples: [] },
  } as Record<Engine, Difference>;
  const differs = (engine: Engine, what: string) => {
    differences[engine].count += 1;
    if (differences[engine].examples.length < NAMED_MAX) differences[engine].examples.push(what);
  };

  const now = instant(ports.clock.now());
  for await (const folds of walk(ports, tenantId, 'prove', progress)) {
    const living = folds.map(({ memory }) => memory).filter((memory): memory is MemoryRecord => memory !== null);
    for (let at = 0; at < living.length; at += PER_READ) {
      const records = living.slice(at, at + PER_READ);
      const lookedUp = await lookUp(ports, tenantId, records);
      for (const record of records) {
        const one = lookedUp(record.id);
        tiers[record.tier] += 1;
        log.update(line(record, partitionKey(record)));
        const content = contentOf(record, one, now);
        if (one.row) found.update(line({ ...one.row, content }, partitionOf(record, one.mark, now)));
        for (const engine of differing(record, one, now)) differs(engine, record.id);
      }
    }
  }
  for await (const { engine, what } of strangers(ports, tenantId, tiers.cold)) differs(engine, what);
  return {
    memories: TIERS.reduce((sum, tier) => sum + tiers[tier], 0),
    tiers,
    logHash: log.digest('hex'),
    foundHash: found.digest('hex'),
    differences,
  };
}
