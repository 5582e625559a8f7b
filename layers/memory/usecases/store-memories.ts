/** Store: one memory or a batch, all or none, in one round trip; with a `key`, two, for what already has it is replaced. */
import { uuidv7 } from 'uuidv7';
import type { CatalogRow } from '../catalog/port.ts';
import { type Instant, instant, SECOND_MS } from '../clock.ts';
import { AurenError, invalidField } from '../errors.ts';
import { type ChangeContext, type Changed, contextFor, ended, rowOf, stored } from '../log/change.ts';
import type { AurenMemory, Idempotency, MemoryDraft } from '../memory.ts';
import type { Caller } from '../model/caller.ts';
import type { MemoryFields, MemoryRecord, Visibility } from '../model/memory.ts';
import { decideUpdate, differing } from './decide-update.ts';
import { claimOf, rebuild, replayOf } from './idempotent.ts';
import { assertPinsFit, isPinsFull, type PinPorts, pinsMax } from './pins.ts';
import type { Ports } from './ports.ts';
import { type PublishPorts, publish } from './publish.ts';
import { retried } from './retried.ts';
import { assertOwnAgent, assertVisibilityFits, assertWritesInSpace } from './writable.ts';

export type StorePorts = PublishPorts & PinPorts & Pick<Ports, 'clock' | 'rules' | 'chainKey'>;

const DEFAULT_CONFIDENCE = 0.7;
const DEFAULT_PRIORITY = 5;

const defaultVisibility = (draft: MemoryDraft): Visibility => {
  if (draft.spaceId != null) return 'space';
  return draft.userId != null ? 'user' : 'agent';
};

/** Completes a draft. Throws `invalid_field` for a `created_at` that lies in the future. */
function fieldsOf(draft: MemoryDraft, now: Instant, path: string): MemoryFields {
  const createdAt = draft.createdAt === undefined ? now : instant(draft.createdAt);
  if (createdAt > now) throw invalidField(`${path}created_at`, 'lies in the future; leave it out for now.');
  return {
    agentId: draft.agentId,
    userId: draft.userId ?? null,
    spaceId: draft.spaceId ?? null,
    visibility: draft.visibility ?? defaultVisibility(draft),
    key: draft.key ?? null,
    type: draft.type,
    content: draft.content,
    confidence: draft.confidence ?? DEFAULT_CONFIDENCE,
    priority: draft.priority ?? DEFAULT_PRIORITY,
    metadata: draft.metadata ?? {},
    source: draft.source ?? 'agent',
    pinned: draft.pinned ?? false,
    createdAt,
    expiresAt: draft.ttlSeconds === undefined ? null : instant(Date.parse(now) + draft.ttlSeconds * SECOND_MS),
  };
}

export const newMemoryId = (): string => `mem_${uuidv7().replaceAll('-', '')}`;

const ownerKey = (of: Pick<MemoryFields, 'agentId' | 'userId' | 'spaceId' | 'key'>) =>
  JSON.stringify([of.agentId, of.userId, of.spaceId, of.key]);

/** Storing a key again: content, metadata and numbers are replaced; id, created_at and, unless it is given, the pin stay. */
function replaced(context: ChangeContext, before: MemoryRecord, fields: MemoryFields): Changed {
  const { type, content, confidence, priority, metadata, source, visibility, expiresAt } = fields;
  const next = { type, content, confidence, priority, metadata, source, visibility, expiresAt };
  return decideUpdate(context, before, differing(before, fields.pinned ? { ...next, pinned: true } : next));
}

export function createStoring(ports: StorePorts): Pick<AurenMemory, 'store' | 'storeBatch'> {
  /** Memories that hold the wanted keys; those whose time is over are ended first, which frees their key. */
  async function keyHolders(context: ChangeContext, all: readonly MemoryFields[]): Promise<Map<string, CatalogRow>> {
    const keyed = all.filter((fields): fields is MemoryFields & { key: string } => fields.key !== null);
    if (keyed.length === 0) return new Map();
    const rows = await ports.catalog.findByKey(context.tenantId, keyed);
    const over = rows.filter(({ expiresAt }) => expiresAt !== null && expiresAt <= context.now) as MemoryRecord[];
    if (over.length > 0) {
      const events = over.map((record) => ended(context, record, 'memory.expired', 'ttl'));
      await ports.log.commit({ tenantId: context.tenantId, events, ended: over.map(({ id }) => id), now: context.now });
    }
    return new Map(rows.filter((row) => !over.some(({ id }) => id === row.id)).map((row) => [ownerKey(row), row]));
  }

  async function attempt(
    caller: Caller,
    all: readonly MemoryFields[],
    context: ChangeContext,
    pins: number,
    idempotency?: Idempotency,
  ) {
    const holders = await keyHolders(context, all);
    const changes = all.map((fields) => {
      const before = fields.key === null ? undefined : holders.get(ownerKey(fields));
      return before ? replaced(context, before as MemoryRecord, fields) : stored(context, newMemoryId(), fields);
    });
    const created = changes.map(({ events }) => events[0]?.seq === 1);
    const reply = {
      status: created.includes(true) ? 201 : 200,
      memories: changes.map(({ record: { id, seq } }) => ({ id, seq })),
    };
    const result = await ports.log.commit({
      tenantId: caller.tenantId,
      events: changes.flatMap(({ events }) => events),
      rows: changes.filter(({ events }) => events.length > 0).map(rowOf),
      now: context.now,
      ...(pins > 0 ? { pinsMax: pinsMax(ports) } : {}),
      ...claimOf(idempotency, reply),
    });
    const earlier = replayOf(result, idempotency);
    if (earlier) {
      return {
        records: await rebuild(ports.log, caller.tenantId, earlier, context.now),
        created: [earlier.status === 201],
        replayed: true,
      };
    }
    await publish(ports, context, changes);
    return { records: changes.map(({ record }) => record), created, replayed: false };
  }

  async function storeAll(
    caller: Caller,
    drafts: readonly MemoryDraft[],
    path: (index: number) => string,
    idempotency?: Idempotency,
  ) {
    const context = contextFor(ports, caller, instant(ports.clock.now()));
    const all = drafts.map((draft, index) => fieldsOf(draft, context.now, path(index)));
    for (const [index, fields] of all.entries()) {
      assertOwnAgent(caller, fields.agentId, path(index));
      assertVisibilityFits(fields, path(index));
      assertWritesInSpace(caller, fields.spaceId, path(index));
    }
    const pins = all.filter(({ pinned }) => pinned).length;
    const isKeyed = all.some(({ key }) => key !== null);
    // Another writer took a key, changed its memory or took the room for pins between our look and our commit.
    const mayRetry = (error: unknown) =>
      error instanceof AurenError && error.code === 'conflict' && !isPinsFull(error) && (isKeyed || pins > 0);
    return await retried(async () => {
      // A repeated request took its room the first time.
      const repeats =
        pins > 0 && idempotency && (await ports.log.claimed(caller.tenantId, idempotency.key, context.now));
      if (!repeats) await assertPinsFit(ports, caller.tenantId, pins, context.now);
      return await attempt(caller, all, context, pins, idempotency);
    }, mayRetry);
  }

  return {
    async store(caller, draft, idempotency) {
      const { records, created, replayed } = await storeAll(caller, [draft], () => '', idempotency);
      const [memory] = records;
      if (memory === undefined) throw new Error('a store must answer its memory');
      return { memory, created: created[0] === true, replayed };
    },
    async storeBatch(caller, drafts, idempotency) {
      const { records, replayed } = await storeAll(caller, drafts, (index) => `memories[${index}].`, idempotency);
      return { memories: records, replayed };
    },
  };
}
