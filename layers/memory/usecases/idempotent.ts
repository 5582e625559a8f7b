/** Repeated requests: what the record of the first one says, and the memories as they were answered then, rebuilt from the log. */
import type { Instant } from '../clock.ts';
import { AurenError, notFound } from '../errors.ts';
import { replay } from '../log/evolve.ts';
import type { CommitResult, EventLog, IdempotencyClaim, IdempotentReply } from '../log/port.ts';
import type { Idempotency } from '../memory.ts';
import type { MemoryRecord } from '../model/memory.ts';

export const claimOf = (
  idempotency: Idempotency | undefined,
  reply: IdempotentReply,
): { idempotency?: IdempotencyClaim } => (idempotency === undefined ? {} : { idempotency: { ...idempotency, reply } });

/** The first answer where this request was made before; null where it was carried out just now. */
export function replayOf(result: CommitResult, idempotency: Idempotency | undefined): IdempotentReply | null {
  if (result.replay === null) return null;
  if (result.replay.fingerprint === idempotency?.fingerprint) return result.replay.reply;
  throw new AurenError(
    'idempotency_mismatch',
    'Idempotency-Key: this key was used for another request within 24 hours; use a new key for a new request.',
  );
}

/** The same, asked before anything is done: for what would be judged differently once it has had its effect. */
export async function earlierReply(
  log: EventLog,
  tenantId: string,
  idempotency: Idempotency | undefined,
  now: Instant,
): Promise<IdempotentReply | null> {
  if (idempotency === undefined) return null;
  return replayOf({ replay: await log.claimed(tenantId, idempotency.key, now) }, idempotency);
}

/** Memories at the seq they had when they were first answered. Throws `not_found` where one was deleted since, or its time is over. */
export async function rebuild(
  log: EventLog,
  tenantId: string,
  reply: IdempotentReply,
  now: Instant,
): Promise<MemoryRecord[]> {
  const references = reply.memories ?? [];
  const streams = await log.streams(
    tenantId,
    references.map(({ id }) => id),
  );
  return references.map(({ id, seq }) => {
    const events = streams.get(id) ?? [];
    const record = replay(events.filter((event) => event.seq <= seq));
    const expiresAt = replay(events)?.expiresAt ?? null;
    if (record === null || (expiresAt !== null && expiresAt <= now)) throw notFound(`memory ${id} any more`);
    return record;
  });
}
