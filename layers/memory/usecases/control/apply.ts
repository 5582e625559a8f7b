/** Carries decisions out: finds the agent's memories, commits all changes at once, tells the tiers. Retries where others were faster. */
import { type Instant, instant } from '../../clock.ts';
import { type ChangeContext, type Changed, contextFor, rowOf } from '../../log/change.ts';
import type { Commit, IdempotentReply } from '../../log/port.ts';
import type { Idempotency } from '../../memory.ts';
import type { Caller } from '../../model/caller.ts';
import type { LogEvent } from '../../model/event.ts';
import type { JsonObject } from '../../model/json.ts';
import type { MemoryRecord } from '../../model/memory.ts';
import { mayRead } from '../../policy/access.ts';
import { claimOf, replayOf } from '../idempotent.ts';
import { type PinPorts, pinsLeft, pinsMax } from '../pins.ts';
import type { Ports } from '../ports.ts';
import { type PublishPorts, publish } from '../publish.ts';
import { retried } from '../retried.ts';
import { type Decide, decidePin, type SkipReason } from './decisions.ts';

export type ControlPorts = PublishPorts & PinPorts & Pick<Ports, 'clock' | 'rules' | 'chainKey' | 'hot'>;

export interface Skipped {
  id: string;
  reason: SkipReason;
}

interface Decided {
  changes: Changed[];
  ends: LogEvent[];
  skipped: Skipped[];
}

/** The agent's own memories among the ids, in the order asked, and why the others are not. */
async function ownAmong(ports: ControlPorts, caller: Caller, agentId: string, ids: readonly string[], now: Instant) {
  const rows = new Map((await ports.catalog.find(caller.tenantId, ids, 'any', now)).map((row) => [row.id, row]));
  const own: MemoryRecord[] = [];
  const skipped: Skipped[] = [];
  for (const id of ids) {
    const row = rows.get(id);
    if (row === undefined || row.content === null || !mayRead(caller, row)) skipped.push({ id, reason: 'not_found' });
    else if (row.agentId !== agentId) skipped.push({ id, reason: 'not_owner' });
    else own.push({ ...row, content: row.content });
  }
  return { own, skipped };
}

function decideAll(
  context: ChangeContext,
  own: readonly MemoryRecord[],
  decide: Decide,
  reason: string | undefined,
  room: number,
): Decided {
  const decided: Decided = { changes: [], ends: [], skipped: [] };
  for (const before of own) {
    const decision = decide(context, before, reason);
    if ('skip' in decision) decided.skipped.push({ id: before.id, reason: decision.skip });
    else if ('end' in decision) decided.ends.push(decision.end);
    else if (decided.changes.length < room) decided.changes.push(decision.change);
    else decided.skipped.push({ id: before.id, reason: 'capacity' });
  }
  return decided;
}

/**
 * Commits decisions and tells the tiers. Answers the earlier reply where the request is a repeated one: that one finds nothing left
 * to do, so its claim is looked at even where nothing would be written.
 */
export async function carryOut(
  ports: ControlPorts,
  context: ChangeContext,
  { changes, ends }: Pick<Decided, 'changes' | 'ends'>,
  more: Pick<Commit, 'idempotency' | 'pinsMax'> = {},
): Promise<IdempotentReply | null> {
  if (changes.length + ends.length === 0 && more.idempotency === undefined) return null;
  const result = await ports.log.commit({
    tenantId: context.tenantId,
    events: [...changes.flatMap(({ events }) => events), ...ends],
    rows: changes.map(rowOf),
    ended: ends.map(({ streamId }) => streamId),
    now: context.now,
    ...more,
  });
  const earlier = replayOf(result, more.idempotency);
  if (earlier === null)
    await publish(
      ports,
      context,
      changes,
      ends.map(({ streamId, seq }) => ({ id: streamId, seq })),
    );
  return earlier;
}

export interface ById {
  agentId: string;
  ids: readonly string[];
  decide: Decide;
  reason: string | undefined;
  idempotency: Idempotency | undefined;
  /** The answer in the contract's names, from the ids that changed and those that did not. */
  answer: (done: string[], skipped: Skipped[]) => JsonObject;
}

export async function applyById(
  ports: ControlPorts,
  caller: Caller,
  { agentId, ids, decide, reason, idempotency, answer }: ById,
) {
  return await retried(async () => {
    const context = contextFor(ports, caller, instant(ports.clock.now()));
    const { own, skipped } = await ownAmong(ports, caller, agentId, [...new Set(ids)], context.now);
    const isPin = decide === decidePin;
    const room = isPin ? await pinsLeft(ports, caller.tenantId, context.now) : Number.POSITIVE_INFINITY;
    const decided = decideAll(context, own, decide, reason, room);
    const done = [...decided.changes.map(({ record }) => record.id), ...decided.ends.map(({ streamId }) => streamId)];
    const body = answer(done, [...skipped, ...decided.skipped]);
    const earlier = await carryOut(ports, context, decided, {
      ...claimOf(idempotency, { status: 200, body }),
      ...(isPin ? { pinsMax: pinsMax(ports) } : {}),
    });
    return { body: earlier?.body ?? body, replayed: earlier !== null };
  });
}
