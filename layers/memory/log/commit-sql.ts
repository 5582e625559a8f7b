/**
 * The commit's statement, put together from the parts that it needs: most need two of six, and PostgreSQL plans and opens what stands
 * there, used or not (a store: 1.4 ms of its CPU with all of them, 0.6 ms without). So there are some texts, each always the same.
 */
import { EVENT_COLUMNS, EVENT_RECORDSET } from './event-rows.ts';
import { placeholders } from './filter-sql.ts';

export const IDEMPOTENCY_HOURS = 24;

/** Shape of the JSON that catalog rows are handed in as. */
export const ROW_RECORDSET = `id text, is_new boolean, agent_id text, user_id text, space_id text, visibility text, key text, type text,
  priority double precision, confidence double precision, metadata jsonb, source text, tier text, tier_since timestamptz, hold text,
  retained_by text, pinned boolean, dual_stored boolean, version int, seq int, content_seq int, head_hash text, created_at timestamptz,
  updated_at timestamptz, expires_at timestamptz, partition text, text text, content jsonb`;

/** Columns whose value after the commit is simply the one handed in. */
export const PLAIN = `agent_id, user_id, space_id, visibility, key, type, priority, confidence, metadata, source, tier, tier_since, hold, retained_by,
  pinned, dual_stored, version, seq, content_seq, head_hash, created_at, updated_at, expires_at, partition`;
export const FROM_ROW = PLAIN.replaceAll(/\w+/g, 'r.$&');

/** The words of a row `r` and how many they are; `offset 0` keeps PostgreSQL from parsing the text once for each of them. */
export const WORDS_FROM_ROW =
  "cross join lateral (select to_tsvector('english', coalesce(r.text, '')) as tsv offset 0) v";
export const WORDS_OF_ROW =
  'v.tsv, (select coalesce(sum(cardinality(positions)), 0)::int from unnest(v.tsv)) as doc_len';

/** What goes in, as the JSON that PostgreSQL unpacks. */
export interface CommitValues {
  tenantId: string;
  events: string;
  /** Undefined where the commit concerns no memory. */
  rows: { json: string; count: number; new: number } | undefined;
  ended: readonly string[];
  claim: { key: string; fingerprint: string; reply: string; now: string } | undefined;
}

const ADDED = `added as (
  insert into memories (tenant_id, id, ${PLAIN}, tsv, doc_len, content)
  select $1, r.id, ${FROM_ROW}, r.tsv, r.doc_len, case when r.tier <> 'hot' or r.dual_stored then r.content end
  from incoming r where r.is_new
  returning 1
)`;

const CHANGED = `changed as (
  update memories m
  set (${PLAIN}) = row (${FROM_ROW}),
      tsv = case when r.text is null then m.tsv else r.tsv end,
      doc_len = case when r.text is null then m.doc_len else r.doc_len end,
      content = case
        when r.tier = 'warm' or r.dual_stored then coalesce(r.content, m.content,
          (select e.payload -> 'content' from events e where e.tenant_id = $1 and e.stream_id = r.id and e.seq = r.content_seq))
        -- stays until the cold copy is verified (dropWarmCopies)
        when r.tier = 'cold' then coalesce(r.content, m.content)
      end
  from incoming r where not r.is_new and m.tenant_id = $1 and m.id = r.id and m.seq = r.first_seq - 1
  returning 1
)`;

/** The parts in their order; each is fed by the one before. $1 is the tenant. */
function partsOf({ tenantId, events, rows, ended, claim }: CommitValues, params: unknown[]): Map<string, string> {
  const place = placeholders(params);
  place(tenantId);
  const parts = new Map<string, string>();
  if (claim) {
    const { key, fingerprint, reply, now } = claim;
    parts.set(
      'claim',
      `claim as (
  insert into idempotency as i (tenant_id, key, fingerprint, reply, created_at)
  values ($1::text, ${place(key)}, ${place(fingerprint)}, ${place(reply)}::jsonb, ${place(now)}::timestamptz)
  on conflict (tenant_id, key) do update
    set fingerprint = excluded.fingerprint, reply = excluded.reply, created_at = excluded.created_at
    where i.created_at < excluded.created_at - interval '${IDEMPOTENCY_HOURS} hours'
  returning 1
)`,
    );
  }
  parts.set(
    'appended',
    `appended as (
  insert into events (tenant_id, ${EVENT_COLUMNS})
  select $1::text, e.* from jsonb_to_recordset(${place(events)}::jsonb) as e (${EVENT_RECORDSET})
  ${claim ? 'where exists (select from claim)' : ''}
  returning stream_id, seq
)`,
  );
  // What a copy elsewhere claims to be newer than the row cannot follow it: an older backup of PostgreSQL was put back.
  parts.set(
    'heads',
    'heads as (select stream_id, min(seq) as first_seq, max(seq) as last_seq from appended group by stream_id)',
  );
  if (rows) {
    parts.set(
      'incoming',
      `incoming as (
  select r.*, a.first_seq, ${WORDS_OF_ROW} from jsonb_to_recordset(${place(rows.json)}::jsonb) as r (${ROW_RECORDSET})
  join heads a on a.stream_id = r.id and a.last_seq = r.seq ${WORDS_FROM_ROW}
)`,
    );
    if (rows.new > 0) parts.set('added', ADDED);
    if (rows.new < rows.count) parts.set('changed', CHANGED);
  }
  if (ended.length > 0) {
    parts.set(
      'removed',
      `gone as (
  select e.id, h.first_seq from unnest(${place(ended)}::text[]) as e (id) join heads h on h.stream_id = e.id
), removed as (
  delete from memories m using gone where m.tenant_id = $1 and m.id = gone.id and m.seq = gone.first_seq - 1 returning 1
), forgotten as (
  delete from memory_usage u using gone where u.tenant_id = $1 and u.id = gone.id returning 1
), blanked as (
  update events x set payload = null, salt = null from gone where x.tenant_id = $1 and x.stream_id = gone.id and x.payload is not null returning 1
)`,
    );
  }
  return parts;
}

/** `whole` divides by zero, which takes the transaction back, where the catalog does not have the rows that the events follow. */
export function commitSql(values: CommitValues): { text: string; params: unknown[] } {
  const params: unknown[] = [];
  const parts = partsOf(values, params);
  const place = placeholders(params);
  const count = (part: string) => (parts.has(part) ? `(select count(*) from ${part})::int` : '0');
  const text = `with ${[...parts.values()].join(', ')}
select ${count('claim')} as claimed, ${count('appended')} as appended, ${count('added')} as added, ${count('changed')} as changed,
       ${count('removed')} as removed,
       1 / (not exists (select from appended) or (${count('added')} + ${count('changed')} = ${place(values.rows?.count ?? 0)}::int
         and ${count('removed')} = ${place(values.ended.length)}::int))::int as whole`;
  return { text, params };
}
