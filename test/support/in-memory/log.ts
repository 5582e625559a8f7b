/** The event log in memory: a commit checks everything first and then changes everything. */
import { DAY_MS, type Instant } from '../../../layers/memory/clock.ts';
import { AurenError, invalidField } from '../../../layers/memory/errors.ts';
import { compileFilter, maySee } from '../../../layers/memory/log/filter.ts';
import { decodeCursor, encodeCursor } from '../../../layers/memory/log/order.ts';
import { BACKLOG_MAX, type Commit, type EventLog, type RowWrite } from '../../../layers/memory/log/port.ts';
import type { LogEvent, PlacedEvent } from '../../../layers/memory/model/event.ts';
import { applyPatterns } from './patterns.ts';
import { applySpace } from './spaces.ts';
import { contentFromLog, copyOf, isAlive, nameOfKey, type Store, type TenantData } from './store.ts';

const STREAM_MAX = 10_000;
const IDEMPOTENCY_MS = DAY_MS;

const conflict = (message: string) => new AurenError('conflict', message);

const EPOCH = 'e';
const cursorAt = (position: number) => encodeCursor({ epoch: EPOCH, txid: '1', position: String(position) });
function positionOf(cursor: string | null | undefined, path = 'cursor'): number {
  if (cursor == null) return 0;
  const { epoch, position } = decodeCursor(cursor, path);
  if (epoch !== EPOCH) throw invalidField(path, 'is from before a restore of the log; start without it.');
  return Number(position);
}

export function inMemoryLog(store: Store): EventLog {
  /** Readable events carry no content. */
  const placed = (tenantId: string): PlacedEvent[] =>
    store
      .of(tenantId)
      .events.map((event, index) => copyOf({ ...event, payload: null, salt: null, cursor: cursorAt(index + 1) }));

  const stream = (tenantId: string, streamId: string): LogEvent[] =>
    copyOf(store.of(tenantId).events.filter((event) => event.streamId === streamId))
      .sort((a, b) => a.seq - b.seq)
      .slice(0, STREAM_MAX);

  return {
    async commit(commit) {
      const data = store.of(commit.tenantId);
      const replay = commit.idempotency ? replayOf(data, commit.idempotency.key, commit.now) : null;
      if (replay) return { replay };
      checkSeqs(data, commit);
      checkRows(data, commit);
      checkSpaces(data, commit);
      checkPins(data, commit);
      apply(data, copyOf(commit));
      return { replay: null };
    },

    claimed: async (tenantId, key, now) => replayOf(store.of(tenantId), key, now),

    stream: async (tenantId, streamId) => stream(tenantId, streamId),

    async streams(tenantId, streamIds) {
      const found = streamIds.map((id) => [id, stream(tenantId, id)] as const);
      return new Map(found.filter(([, events]) => events.length > 0));
    },

    async read(tenantId, cursor, limit) {
      const from = positionOf(cursor);
      const events = placed(tenantId).slice(from, from + limit);
      return { events, cursor: cursorAt(from + events.length), behindHorizon: false };
    },

    horizon: async (tenantId) => cursorAt(store.of(tenantId).events.length),

    async page(caller, { after, before, order, limit, filter }) {
      const to = before === undefined ? Number.POSITIVE_INFINITY : positionOf(before, 'before');
      const from = positionOf(after, 'after');
      const window = placed(caller.tenantId).filter((_, index) => index + 1 > from && index + 1 < to);
      if (order === 'desc') window.reverse();
      const passes = compileFilter(filter);
      const matching = window.filter((event) => maySee(caller, event) && passes(event));
      const events = matching.slice(0, limit);
      return { events, nextCursor: matching.length > limit ? (events.at(-1)?.cursor ?? null) : null };
    },

    backlog: async (tenantId, cursor, max = BACKLOG_MAX) =>
      Math.min(max, store.of(tenantId).events.length - positionOf(cursor)),
  };
}

function replayOf(data: TenantData, key: string, now: Instant) {
  const kept = data.idempotency.get(key);
  if (!kept || Date.parse(now) - Date.parse(kept.at) > IDEMPOTENCY_MS) return null;
  return copyOf({ fingerprint: kept.fingerprint, reply: kept.reply });
}

/** Every event must follow the head of its stream, the ones of this commit included. */
function checkSeqs(data: TenantData, { events }: Commit): void {
  const heads = new Map<string, number>();
  for (const { streamId, seq } of data.events) heads.set(streamId, Math.max(seq, heads.get(streamId) ?? 0));
  for (const { streamId, seq } of events) {
    if (seq !== (heads.get(streamId) ?? 0) + 1) throw conflict(`${streamId} moved on since it was read.`);
    heads.set(streamId, seq);
  }
}

/** A key belongs to one memory of its owner, until that is changed or gone: one that expired holds it until it is swept. */
function checkRows(data: TenantData, { rows = [], ended = [] }: Commit): void {
  const leaving = new Set([...ended, ...rows.map(({ record }) => record.id)]);
  const staying = [...data.rows.values()].filter(({ record }) => !leaving.has(record.id));
  const taken = new Set(staying.filter(({ record }) => record.key !== null).map(({ record }) => nameOfKey(record)));
  for (const { record, isNew } of rows) {
    if (data.rows.has(record.id) === isNew) throw conflict(`${record.id} moved on since it was read.`);
    if (record.key === null) continue;
    if (taken.has(nameOfKey(record))) throw conflict(`The key ${record.key} is taken.`);
    taken.add(nameOfKey(record));
  }
}

/** Memories lie in spaces that are there, and a space with memories in it stays. */
function checkSpaces(data: TenantData, { rows = [], ended = [], space }: Commit): void {
  const unknown = rows.some(({ record }) => record.spaceId !== null && !data.spaces.has(record.spaceId));
  if (unknown) throw invalidField('space_id', 'there is no such space.');
  if (space?.write !== 'delete') return;
  const left = [...data.rows.values()].filter(
    ({ record }) => record.spaceId === space.id && !ended.includes(record.id),
  );
  if (left.length === 0) return;
  throw new AurenError('conflict', 'Memories lie in this space.', {
    errors: [{ path: 'id', message: 'is not empty' }],
  });
}

/** Of those who pin at the same time the last ones find no room. */
function checkPins(data: TenantData, { rows = [], ended = [], pinsMax = Number.POSITIVE_INFINITY, now }: Commit): void {
  const after = new Map([...data.rows.values(), ...rows].map(({ record }) => [record.id, record]));
  for (const id of ended) after.delete(id);
  const pinned = [...after.values()].filter((record) => record.pinned && isAlive(record, now));
  if (pinned.length > pinsMax) throw conflict('There is no room for so many pins.');
}

function apply(data: TenantData, commit: Commit): void {
  data.events.push(...commit.events);
  for (const write of commit.rows ?? []) applyRow(data, write);
  for (const { type, streamId, at, data: about } of commit.events) {
    const isPrediction = type === 'memory.tier_changed' && about.reason === 'prediction';
    if (isPrediction) data.predictions.push({ id: streamId, at, hitAt: null });
  }
  for (const id of commit.ended ?? []) {
    data.rows.delete(id);
    data.usage.delete(id);
    data.together.delete(id);
    for (const partners of data.together.values()) partners.delete(id);
    data.predictions = data.predictions.filter((prediction) => prediction.id !== id);
    data.events = data.events.map((event) => (event.streamId === id ? { ...event, payload: null, salt: null } : event));
  }
  if (commit.policy?.policy) data.policies.set(commit.policy.agentId, commit.policy.policy);
  if (commit.policy?.policy === null) data.policies.delete(commit.policy.agentId);
  const head = commit.events.at(-1);
  if (commit.apiKey && head) {
    data.apiKeys.set(commit.apiKey.id, { ...commit.apiKey, seq: head.seq, headHash: head.hash });
  }
  applySpace(data, commit);
  applyPatterns(data, commit);
  if (commit.idempotency) {
    const { key, fingerprint, reply } = commit.idempotency;
    data.idempotency.set(key, { fingerprint, reply, at: commit.now });
  }
}

/** A warm copy is there for warm and dual-stored memories, and for cold ones until their cold copy is verified. */
function applyRow(data: TenantData, { record, content }: RowWrite): void {
  const present = content ?? data.rows.get(record.id)?.content ?? null;
  const isWarm = record.tier === 'warm' || record.dualStored;
  const fromLog = isWarm ? contentFromLog(data, record) : null;
  data.rows.set(record.id, { record, content: isWarm || record.tier === 'cold' ? (present ?? fromLog) : null });
}
