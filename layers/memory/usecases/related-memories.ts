/** Related: the nearest by meaning to a memory, by its stored vector, or by its text where it is not indexed yet. */
import type { CatalogRow } from '../catalog/port.ts';
import { instant } from '../clock.ts';
import { searchableText } from '../embedding/searchable-text.ts';
import { notFound } from '../errors.ts';
import type { AurenMemory } from '../memory.ts';
import type { Caller } from '../model/caller.ts';
import { mayRead } from '../policy/access.ts';
import { withContents } from '../search/contents.ts';
import { nearest } from '../search/nearest.ts';
import { partitionKey } from '../search/partition-vector.ts';
import { choosePartitions, namedPartitions, PARTITIONS_MAX } from '../search/partitions.ts';
import type { Ports } from './ports.ts';

export type RelatedPorts = Pick<Ports, 'vectors' | 'members' | 'embedder' | 'catalog' | 'hot' | 'cold' | 'clock'>;

/** Fetched per result wanted: some of the nearest are another user's or not to be read. */
const OVERFETCH = 3;

export function createRelated(ports: RelatedPorts): Pick<AurenMemory, 'related'> {
  return {
    /** Best first, at or above the embedder's floor; `score` is the cosine. Throws `not_found`, and `engine_unavailable` without Chroma. */
    async related(caller, id, { limit, crossUser }) {
      const { tenantId } = caller;
      const now = instant(ports.clock.now());
      const [memory] = await ports.catalog.find(tenantId, [id], 'any', now);
      if (memory === undefined || !mayRead(caller, memory)) throw notFound(`memory ${id}`);
      const [vector, partitions] = await Promise.all([
        vectorOf(ports, tenantId, memory),
        partitionsAround(ports, caller, memory, crossUser, now),
      ]);
      const { hits } = await nearest(ports, tenantId, { vector, partitions, k: limit * OVERFETCH + 1 });
      const cosines = new Map(
        hits
          .filter((hit) => hit.id !== id && hit.cosine >= ports.embedder.cosineFloor)
          .map((hit) => [hit.id, hit.cosine]),
      );
      const found = await ports.catalog.find(tenantId, [...cosines.keys()], 'tier', now);
      const shown = found
        .filter((row) => mayRead(caller, row) && (crossUser || row.userId === memory.userId))
        .map((row) => ({ row, score: Math.min(1, Math.max(0, cosines.get(row.id) ?? 0)) }))
        .sort((a, b) => b.score - a.score || (a.row.id < b.row.id ? -1 : 1))
        .slice(0, limit);
      const scores = new Map(shown.map(({ row, score }) => [row.id, score]));
      const records = await withContents(
        ports,
        caller,
        shown.map(({ row }) => row),
        now,
      );
      return records.map((record) => ({ memory: record, score: scores.get(record.id) ?? 0 }));
    },
  };
}

async function vectorOf(ports: RelatedPorts, tenantId: string, memory: CatalogRow): Promise<Float32Array> {
  const stored = (await ports.vectors.vectors(tenantId, [memory.id])).get(memory.id);
  if (stored !== undefined) return stored;
  const [made] = await ports.embedder.embed([searchableText(memory.content ?? {})]);
  if (made === undefined) throw new Error(`the embedder made no vector of ${memory.id}`);
  return made;
}

/** Its own first, then where the same user's and agent's memories live; with `crossUser` the most recent ones as well. */
async function partitionsAround(
  ports: RelatedPorts,
  caller: Caller,
  memory: CatalogRow,
  crossUser: boolean,
  now: string,
): Promise<string[]> {
  const around = { userId: memory.userId, agentId: caller.agentId ?? memory.agentId, spaceIds: [] };
  const names = namedPartitions(caller, around);
  const recent = crossUser ? await ports.catalog.recentPartitions(caller, PARTITIONS_MAX, now) : [];
  return choosePartitions({ named: [partitionKey(memory), ...names.named], open: crossUser }, recent).partitions;
}
