/** The words' leg: BM25 by the function of `0002_search.sql`, its hits joined with the catalog under row security. One round trip. */
import { CATALOG_FROM, catalogColumns, catalogFromRow } from '../catalog/rows.ts';
import type { Postgres, Row } from '../clients/postgres.ts';
import type { JsonObject } from '../model/json.ts';
import { createPastReading } from './lexical-past-postgres.ts';
import type { LexicalIndex, PartitionMembers } from './port.ts';

/**
 * $15 is how many are wanted, $16 how many of these will be shown: only they bring along what content PostgreSQL holds. Each hit is
 * looked up by its id: as a plain join, without statistics of a tenant that has just grown, all of its rows were read (4 ms of 10,000).
 */
const SEARCH = `select s.bm25, found.*
  from search_memories($1, $2, $3::text[], $4, $5::text[], $6, $7::text[], $8::text[], $9::jsonb, $10, $11,
    $12::timestamptz, $13::timestamptz, $14::timestamptz, $15::int) with ordinality as s (id, bm25, place)
  cross join lateral (
    select case when s.place <= $16 then m.content end as held, ${catalogColumns('none')}
    from ${CATALOG_FROM} where m.tenant_id = $17 and m.id = s.id limit 1) found
  order by s.place`;

export function createPostgresLexical(postgres: Postgres): LexicalIndex {
  return {
    ...createPastReading(postgres),

    async search(caller, query, limit, now) {
      const params = [
        // SQL's btrim knows blanks alone: a query of tabs or line ends is empty too.
        query.query.trim(),
        caller.agentId,
        Object.keys(caller.spaceRoles),
        query.userId,
        query.spaceIds,
        query.agentId,
        query.types,
        query.tiers,
        JSON.stringify(query.metadata),
        query.minConfidence,
        query.minPriority,
        query.createdAfter,
        query.createdBefore,
        now,
        limit,
        query.limit,
        caller.tenantId,
      ];
      const [rows = []] = await postgres.run(caller.tenantId, [{ text: SEARCH, params }], { readOnly: true });
      return rows.map((row: Row) => ({
        bm25: row.bm25 as number,
        row: { ...catalogFromRow(row), content: row.held as JsonObject | null },
      }));
    },
  };
}

const MEMBERS = `select p.partition, found.id from unnest($2::text[]) as p (partition)
  cross join lateral (select m.id from memories m where m.tenant_id = $1 and m.partition = p.partition limit $3) found`;

export function createPostgresMembers(postgres: Postgres): PartitionMembers {
  return {
    async members(tenantId, partitions, limit) {
      const params = [tenantId, partitions, limit];
      const [rows = []] = await postgres.run(tenantId, [{ text: MEMBERS, params }], { readOnly: true });
      const members = new Map<string, string[]>(partitions.map((partition) => [partition, []]));
      for (const { partition, id } of rows) members.get(partition as string)?.push(id as string);
      return members;
    },
  };
}
