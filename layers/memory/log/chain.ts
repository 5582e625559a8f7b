/**
 * The hash chain: `hash = HMAC-SHA-256(key, prevHash | header | payloadHash)`, `payloadHash = SHA-256(salt | payload)`, texts as RFC 8785.
 * The key lives outside PostgreSQL, so whoever can write the table cannot forge a chain. Nulling payload and salt keeps it verifiable.
 * It does not show a stream whose tail was cut off, nor one that is missing as a whole.
 */
import { createHmac, createSecretKey, hash, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import type { EventHeader, LogEvent, Payload } from '../model/event.ts';
import { canonicalJson } from '../model/json.ts';

export const GENESIS = '0'.repeat(64);
const SALT_BYTES = 16;
/** Drawn at once: one call into the random source costs as much as sealing an event. */
const SALTS_DRAWN = 256;
/** The payload hash of an event that never had a payload. */
const NO_PAYLOAD = '';

const hashPayload = (salt: string, payload: Payload) => hash('sha256', salt + canonicalJson(payload));

let drawn = Buffer.alloc(0);

function newSalt(): string {
  if (drawn.length === 0) drawn = randomBytes(SALT_BYTES * SALTS_DRAWN);
  const salt = drawn.toString('hex', 0, SALT_BYTES);
  drawn = drawn.subarray(SALT_BYTES);
  return salt;
}

/** Node makes a KeyObject of a plain buffer in every call: 10 us an event instead of 1.7. */
const keyObjects = new WeakMap<Buffer, KeyObject>();

function keyObject(key: Buffer): KeyObject {
  const known = keyObjects.get(key) ?? createSecretKey(key);
  keyObjects.set(key, known);
  return known;
}

/** The header as hashed: named, in a fixed order, so that a column added later does not change old hashes. */
const headerText = (event: EventHeader): string =>
  canonicalJson([
    event.tenantId,
    event.streamId,
    event.seq,
    event.id,
    event.type,
    event.schemaVersion,
    event.at,
    event.actor,
    event.requestId,
    event.agentId,
    event.userId,
    event.spaceId,
    event.visibility,
    event.memoryType,
    event.tier,
    event.version,
    event.priority,
    event.confidence,
    event.data,
  ]);

const link = (key: Buffer, event: EventHeader, prevHash: string, payloadHash: string) =>
  createHmac('sha256', keyObject(key))
    .update(prevHash + headerText(event) + payloadHash)
    .digest('hex');

/** Completes an event into the next link of its stream. */
export function sealEvent(key: Buffer, prevHash: string, header: EventHeader, payload: Payload | null): LogEvent {
  const salt = payload === null ? null : newSalt();
  const payloadHash = payload === null || salt === null ? NO_PAYLOAD : hashPayload(salt, payload);
  return { ...header, payload, salt, payloadHash, prevHash, hash: link(key, header, prevHash, payloadHash) };
}

const equal = (a: string, b: string) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** What the first event of a stream follows. */
export const BEFORE_ALL = { seq: 0, hash: GENESIS } as const;

/** Whether an event is the untouched next link after another: number, link, header, and payload where it is still there. */
export function isNextLink(key: Buffer, before: Pick<LogEvent, 'seq' | 'hash'>, event: LogEvent): boolean {
  const linked = event.seq === before.seq + 1 && equal(event.prevHash, before.hash);
  // Payload and salt go together: one without the other is no deletion of ours.
  const whole =
    event.payload === null || event.salt === null
      ? event.payload === event.salt
      : equal(event.payloadHash, hashPayload(event.salt, event.payload));
  return linked && whole && equal(event.hash, link(key, event, event.prevHash, event.payloadHash));
}

/** Whether an event once had a payload that is gone. */
export const isBlanked = ({ payload, payloadHash }: LogEvent): boolean =>
  payload === null && payloadHash !== NO_PAYLOAD;

/** Whether a whole stream is unbroken. */
export const verifyChain = (key: Buffer, events: readonly LogEvent[]): boolean =>
  events.every((event, index) => isNextLink(key, events[index - 1] ?? BEFORE_ALL, event));
