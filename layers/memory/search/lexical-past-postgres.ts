/**
 * What the words' leg ranks of the past, a page a round trip. Texts stay in PostgreSQL: it answers how often the query's words stand in
 * each, by its own english dictionary, so that words match as in the present. A text that did not change since has its words already.
 */
import type { Postgres, Row } from '../clients/postgres.ts';
import { instant } from '../clock.ts';
import { placeholders, visibleTo } from '../log/filter-sql.ts';
import { CONTENT_SEQ_THEN, EXPIRES_THEN, METADATA_THEN, pastFrom, WITHOUT_JIT } from '../log/past-sql.ts';
import type { LexicalIndex, PastDocument, SearchQuery } from './port.ts';

/** As in `0002_search.sql`. */
const WORDS_MAX = 64;

/** User and spaces add up, as in the present. */
function inScope({ userId, spaceIds }: SearchQuery, place: (value: unknown) => string): string {
  const terms: string[] = [];
  if (userId !== null) terms.push(`h.user_id = ${place(userId)}`);
  if (spaceIds.length > 0) terms.push(`h.space_id = any(${place(spaceIds)}::text[])`);
  return terms.length === 0 ? 'true' : `(${terms.join(' or ')})`;
}

export function createPastReading(postgres: Postgres): Pick<LexicalIndex, 'past'> {
  return {
    async past(caller, query, asOf, { limit, after }) {
      const params: unknown[] = [caller.tenantId];
      const place = placeholders(params);
      const then = place(asOf);
      const below = after
        ? `(m.created_at, m.id) < (${place(after.createdAt)}::timestamptz, ${place(after.id)})`
        : 'true';
      const text = `with asked as materialized (
          select array(select w.lexeme from unnest(to_tsvector('english', ${place(query.query)})) as w
            order by w.positions[1], w.lexeme limit ${WORDS_MAX}) as lexemes
        ), past as materialized (
          select m.id, m.created_at, h.agent_id, h.user_id, h.space_id, h.type, h.tier, h.priority, h.confidence,
            ${METADATA_THEN} as metadata, ${EXPIRES_THEN} as expires_at, ${CONTENT_SEQ_THEN} as content_seq
          from ${pastFrom(then)}
          where m.tenant_id = $1 and m.created_at <= ${then}::timestamptz and ${below}
            and ${visibleTo(caller, place, 'm.')} and ${visibleTo(caller, place, 'h.')} and ${inScope(query, place)}
          order by m.created_at desc, m.id desc limit ${place(limit)}
        )
        select p.*, words.length, coalesce((
            select jsonb_object_agg(w.lexeme, coalesce(cardinality(w.positions), 1))
            from unnest(ts_filter(setweight(words.tsv, 'A', asked.lexemes), '{a}')) as w), '{}') as counts
        from past p cross join asked
        cross join lateral (
          select m.tsv, m.doc_len as length from memories m
          where cardinality(asked.lexemes) > 0 and m.tenant_id = $1 and m.id = p.id and m.content_seq = p.content_seq
          union all
          select old.tsv, (select coalesce(sum(cardinality(positions)), 0)::int from unnest(old.tsv))
          from memories m cross join lateral (
            select jsonb_to_tsvector('english', e.payload -> 'content', '["string"]') as tsv
            from events e where e.tenant_id = $1 and e.stream_id = p.id and e.seq = p.content_seq offset 0) old
          where cardinality(asked.lexemes) > 0 and m.tenant_id = $1 and m.id = p.id and m.content_seq <> p.content_seq
          union all
          select ''::tsvector, 0 where cardinality(asked.lexemes) = 0
        ) words
        order by p.created_at desc, p.id desc`;
      const [, rows = []] = await postgres.run(caller.tenantId, [WITHOUT_JIT, { text, params }], { readOnly: true });
      return rows.map(fromRow);
    },
  };
}

const fromRow = (row: Row): PastDocument => ({
  row: {
    id: row.id as string,
    agentId: row.agent_id as string,
    userId: row.user_id as string | null,
    spaceId: row.space_id as string | null,
    type: row.type as PastDocument['row']['type'],
    tier: row.tier as PastDocument['row']['tier'],
    metadata: row.metadata as PastDocument['row']['metadata'],
    confidence: row.confidence as number,
    priority: row.priority as number,
    createdAt: instant(row.created_at as Date),
    expiresAt: row.expires_at === null ? null : instant(row.expires_at as Date),
    accessCount: 0,
  },
  counts: row.counts as Record<string, number>,
  length: row.length as number,
});
