/** The event log in PostgreSQL. */
import { isSqlError, type Postgres, type Row, type SqlError } from '../clients/postgres.ts';
import { AurenError, EngineUnavailable, invalidField } from '../errors.ts';
import type { LogEvent } from '../model/event.ts';
import { commitStatements, LIVE_CLAIM } from './commit-postgres.ts';
import { EVENT_COLUMNS, EVENT_COLUMNS_BARE, eventFromRow, placedFromRow } from './event-rows.ts';
import { matchesFilter, placeholders, visibleTo } from './filter-sql.ts';
import { type Cursor, decodeCursor, encodeCursor, START } from './order.ts';
import {
  BACKLOG_MAX,
  type Commit,
  type CommitResult,
  type EventLog,
  type IdempotentReply,
  type LogRead,
} from './port.ts';

const STREAM_EVENTS_MAX = 10_000;
const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';
const DEADLOCK = '40P01';
/** The catalog lacks what the events speak of (`whole` in commit-sql.ts), or others took the room for pins: another change came between. */
const DIVISION_BY_ZERO = '22012';
const DEADLOCK_TRIES = 3;

/** Qualified: `order by txid` would otherwise bind to the output column of that name, which is text. */
const PLACE = '(select epoch from log_epoch) as epoch, events.txid::text as txid, events.position::text as position';
const BELOW_HORIZON = 'events.txid < pg_snapshot_xmin(pg_current_snapshot())';

/** No event is written at or after xmin's predecessor any more: the cursor that everything readable stands before. */
const HORIZON = `select epoch, (pg_snapshot_xmin(pg_current_snapshot())::text::numeric - 1)::text as txid from log_epoch`;
const LAST_POSITION = '9223372036854775807';

const replayFromRow = (row: Row) => ({
  fingerprint: row.fingerprint as string,
  reply: row.reply as IdempotentReply,
});

/** It names a field, so that nobody takes it for a race and tries again. */
const notEmpty = (cause: unknown) =>
  new AurenError('conflict', 'id: memories lie in this space; move or delete them first.', {
    cause,
    errors: [{ path: 'id', message: 'memories lie in this space; move or delete them first' }],
  });

export function createPostgresLog(postgres: Postgres): EventLog {
  /** Whether the log has this very commit: its first event, by its hash. */
  async function holds({ tenantId, events: [first] }: Commit): Promise<boolean> {
    if (first === undefined) return false;
    const text = 'select hash from events where tenant_id = $1 and stream_id = $2 and seq = $3';
    const [rows] = await postgres.run(tenantId, [{ text, params: [tenantId, first.streamId, first.seq] }], {
      readOnly: true,
    });
    return rows?.[0]?.hash === first.hash;
  }

  /** What a refused insert means: ours after all (the answer to an earlier try was lost), or somebody was first. */
  async function explain(commit: Commit, error: SqlError, retried: boolean): Promise<CommitResult> {
    if (retried && (await holds(commit))) return { replay: null };
    if (error.constraint === 'memories_key') {
      throw new AurenError('conflict', 'key: another memory of this agent, user and space has it already.', {
        cause: error,
        errors: [{ path: 'key', message: 'another memory of this agent, user and space has it already' }],
      });
    }
    throw new AurenError('conflict', 'It was changed by another request meanwhile; read it again and repeat.', {
      cause: error,
    });
  }

  async function attempt(commit: Commit, retried: boolean, tries = 1): Promise<CommitResult> {
    try {
      const answers = await postgres.run(commit.tenantId, commitStatements(commit));
      const counts = answers[0]?.[0];
      if (commit.idempotency && counts?.claimed === 0) {
        // The claim may be our own, of the try whose answer was lost.
        if (retried && (await holds(commit))) return { replay: null };
        return { replay: replayFromRow(answers.at(-1)?.[0] ?? {}) };
      }
      return { replay: null };
    } catch (error) {
      if (isSqlError(error, UNIQUE_VIOLATION) || isSqlError(error, DIVISION_BY_ZERO))
        return explain(commit, error, retried);
      if (isSqlError(error, FOREIGN_KEY_VIOLATION)) {
        if (commit.space?.write === 'delete') throw notEmpty(error);
        throw invalidField('space_id', 'there is no such space.');
      }
      if (isSqlError(error, DEADLOCK) && tries < DEADLOCK_TRIES) return attempt(commit, retried, tries + 1);
      throw error;
    }
  }

  async function page(tenantId: string, text: string, params: unknown[]): Promise<Row[]> {
    const [rows = []] = await postgres.run(tenantId, [{ text, params }], { readOnly: true });
    return rows;
  }

  async function read(tenantId: string, cursor: string | null, limit: number): Promise<LogRead> {
    const { txid, position } = cursor === null ? START : decodeCursor(cursor, 'cursor');
    const events = `select ${EVENT_COLUMNS_BARE}, ${PLACE} from events
      where tenant_id = $1 and (events.txid, events.position) > ($2::xid8, $3::bigint) and ${BELOW_HORIZON}
      order by events.txid, events.position limit $4`;
    const beyond = `select epoch, exists (select from events where tenant_id = $1
      and events.txid >= pg_snapshot_xmin(pg_current_snapshot())) as beyond from log_epoch`;
    const [rows = [], [state] = []] = await postgres.run(
      tenantId,
      [
        { text: events, params: [tenantId, txid, position, limit] },
        { text: beyond, params: [tenantId] },
      ],
      { readOnly: true },
    );
    const start = encodeCursor({ epoch: state?.epoch as string, ...START });
    // From before a restore: places in the log mean something else now. Consumers ignore what they have applied, so they start anew.
    if (cursor !== null && decodeCursor(cursor, 'cursor').epoch !== state?.epoch) return read(tenantId, start, limit);
    const placed = rows.map((row) => placedFromRow(tenantId, row));
    return {
      events: placed,
      cursor: placed.at(-1)?.cursor ?? cursor ?? start,
      behindHorizon: state?.beyond === true,
    };
  }

  return {
    async commit(commit) {
      try {
        return await attempt(commit, false);
      } catch (error) {
        // The connection broke: the commit may have happened. Ids and hashes are ours, so asking again is safe.
        if (error instanceof EngineUnavailable) return await attempt(commit, true);
        throw error;
      }
    },

    async claimed(tenantId, key, now) {
      const [row] = await page(tenantId, LIVE_CLAIM, [tenantId, key, now]);
      return row === undefined ? null : replayFromRow(row);
    },

    async stream(tenantId, streamId) {
      const text = `select ${EVENT_COLUMNS} from events where tenant_id = $1 and stream_id = $2 order by seq limit ${STREAM_EVENTS_MAX}`;
      return (await page(tenantId, text, [tenantId, streamId])).map((row) => eventFromRow(tenantId, row));
    },

    async streams(tenantId, streamIds) {
      const text = `select ${EVENT_COLUMNS} from events where tenant_id = $1 and stream_id = any($2::text[]) order by stream_id, seq`;
      const found = new Map<string, LogEvent[]>();
      for (const row of await page(tenantId, text, [tenantId, streamIds])) {
        const event = eventFromRow(tenantId, row);
        const stream = found.get(event.streamId);
        if (stream) stream.push(event);
        else found.set(event.streamId, [event]);
      }
      return found;
    },

    read,

    async horizon(tenantId) {
      const [row] = await page(tenantId, HORIZON, []);
      return encodeCursor({ epoch: row?.epoch as string, txid: row?.txid as string, position: LAST_POSITION });
    },

    async page(caller, { after, before, order, limit, filter }) {
      const params: unknown[] = [caller.tenantId];
      const place = placeholders(params);
      const cursors = new Map<string, Cursor>();
      const bound = (text: string | undefined, path: string, sign: string) => {
        if (text === undefined) return 'true';
        const cursor = decodeCursor(text, path);
        cursors.set(path, cursor);
        return `(events.txid, events.position) ${sign} (${place(cursor.txid)}::xid8, ${place(cursor.position)}::bigint)`;
      };
      const text = `select ${EVENT_COLUMNS_BARE}, ${PLACE} from events
        where tenant_id = $1 and ${bound(after, 'after', '>')} and ${bound(before, 'before', '<')} and ${BELOW_HORIZON}
          and ${visibleTo(caller, place)} and ${matchesFilter(filter, place)}
        order by events.txid ${order}, events.position ${order} limit ${place(limit + 1)}`;
      const epoch = { text: 'select epoch from log_epoch' };
      const [rows = [], [state] = []] = await postgres.run(caller.tenantId, [{ text, params }, epoch], {
        readOnly: true,
      });
      for (const [path, cursor] of cursors) {
        if (cursor.epoch !== state?.epoch)
          throw invalidField(path, 'is from before a restore of the log; start without it.');
      }
      const events = rows.slice(0, limit).map((row) => placedFromRow(caller.tenantId, row));
      return { events, nextCursor: rows.length > limit ? (events.at(-1)?.cursor ?? null) : null };
    },

    async backlog(tenantId, cursor, max = BACKLOG_MAX) {
      const { txid, position } = cursor === null ? START : decodeCursor(cursor, 'cursor');
      const text = `select count(*)::int as n from (select from events where tenant_id = $1
        and (events.txid, events.position) > ($2::xid8, $3::bigint) limit $4) behind`;
      const [row] = await page(tenantId, text, [tenantId, txid, position, max]);
      return row?.n as number;
    },
  };
}
