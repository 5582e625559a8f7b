/**
 * Living memories as they stood at an instant, in SQL: `m` is the catalog row of now, `h` the header of the last event recorded by then.
 * What a header does not carry comes from the payload that set it last; a memory that did not change since answers from its row alone.
 * Log and catalog say the same here as evolve.ts does: a test over random histories holds them together.
 */

/** `from` clause; `asOf` is a placeholder. Use with a condition on `m.tenant_id`. */
export const pastFrom = (asOf: string): string => `memories m cross join lateral (
    select e.seq, e.agent_id, e.user_id, e.space_id, e.visibility, e.memory_type as type, e.tier, e.version, e.priority, e.confidence
    from events e where e.tenant_id = m.tenant_id and e.stream_id = m.id and e.at <= ${asOf}::timestamptz
    order by e.seq desc limit 1) h`;

const STREAM = 'e.tenant_id = m.tenant_id and e.stream_id = m.id and e.seq <= h.seq';

const lastSet = (field: string, value: string): string =>
  `(select ${value} from events e where ${STREAM} and e.payload ? '${field}' order by e.seq desc limit 1)`;
const unlessUnchanged = (column: string, then: string): string =>
  `case when h.seq = m.seq then m.${column} else ${then} end`;

export const METADATA_THEN = unlessUnchanged('metadata', lastSet('metadata', "e.payload -> 'metadata'"));
export const EXPIRES_THEN = unlessUnchanged(
  'expires_at',
  lastSet('expiresAt', "(e.payload ->> 'expiresAt')::timestamptz"),
);
/** When its version of then began: moves and marks keep the version. */
export const UPDATED_THEN = unlessUnchanged(
  'updated_at',
  `(select e.at from events e where ${STREAM} and e.version = h.version order by e.seq limit 1)`,
);
export const CONTENT_SEQ_THEN = `case when h.seq >= m.content_seq then m.content_seq else ${lastSet('content', 'e.seq')} end`;

/** Whole tables of laterals look costly to the planner: compiling such a statement takes longer than running it. */
export const WITHOUT_JIT = { text: "select set_config('jit', 'off', true)" };
