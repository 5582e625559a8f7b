/** Every name under which anything is stored in Redis and Chroma, and every key derived from the master key, is built here. */
import { createHash, hkdfSync } from 'node:crypto';

/** Names of one tenant in Redis; the braces keep them in one slot, so that a script may touch them together. */
export const hotKeys = (tenantId: string) => {
  const prefix = `auren:{${tenantId}}`;
  return {
    /** Pattern of all the names below. */
    everything: `${prefix}:*`,
    /** Hash of one memory's copy or tombstone. */
    record: (id: string) => `${prefix}:m:${id}`,
    recordPrefix: `${prefix}:m:`,
    /** Sorted set of hot ids by retention score; its cardinality is the capacity that counts. */
    scores: `${prefix}:scores`,
    pinned: `${prefix}:pinned`,
    /** Hash id -> uses since the last flush, and id -> instants of the last three, newest first. */
    uses: `${prefix}:uses`,
    usedAt: `${prefix}:used-at`,
    /** Hash `<id> <hour of the day, UTC>` -> uses since the last flush. */
    hours: `${prefix}:hours`,
    /** Lists of what was recalled in one call: since the last sweep, and shortly before it. */
    recalls: `${prefix}:recalls`,
    earlierRecalls: `${prefix}:recalls-earlier`,
    /** Hash id -> query that the sweep has not written to the log of queries yet. */
    queries: `${prefix}:queries`,
    /** Id of the last flush of uses that was taken off them. */
    flushed: `${prefix}:flushed`,
    lease: `${prefix}:lease`,
    cursor: `${prefix}:cursor`,
    bytes: `${prefix}:bytes`,
    counters: `${prefix}:counters`,
    /** Hash of latency counters of one hour since 1970; they leave with it. */
    latency: (hour: number) => `${prefix}:latency:${hour}`,
    ephemeral: `${prefix}:ephemeral`,
  };
};

/** Names of a tenant's live feed in Redis, in the slot of its hot tier. */
export const feedKeys = (tenantId: string) => {
  const prefix = `auren:{${tenantId}}:feed`;
  return {
    prefix,
    /** Hashes by connection: who is there, what it wants to see, what it asked for last, and how far it has been told. */
    members: `${prefix}:members`,
    subscriptions: `${prefix}:subscriptions`,
    asks: `${prefix}:asks`,
    places: `${prefix}:places`,
    /** Sorted set of connections by the millisecond at which they are over. */
    ends: `${prefix}:ends`,
    /** Sorted set of connections by the version of their last change, and the newest version. */
    changed: `${prefix}:changed`,
    version: `${prefix}:version`,
    /** Set of connections that have to be closed. */
    condemned: `${prefix}:condemned`,
    /** Who read the registry last: what it remembers still holds. */
    reader: `${prefix}:reader`,
    /** There while somebody is subscribed: only then live-only events are kept for the feed. */
    watched: `${prefix}:watched`,
    counters: `${prefix}:counters`,
    /** Hash of lag counters of one hour since 1970. */
    lag: (hour: number) => `${prefix}:lag:${hour}`,
    /** The counters as the last metrics saw them. */
    measured: `${prefix}:measured`,
    ephemeral: hotKeys(tenantId).ephemeral,
  };
};

/** Who a ticket stands for; the ticket itself is not in the name. */
export const ticketName = (ticket: string) => `auren:ticket:${createHash('sha256').update(ticket).digest('hex')}`;

/** A cached API key check. */
export const apiKeyName = (hash: string) => `auren:key:${hash}`;

/** What the names of all collections of a tenant begin with. */
export const collectionPrefix = (tenantId: string) =>
  `auren-${createHash('sha256').update(tenantId).digest('hex').slice(0, 32)}-`;

/** Collection of a tenant's vectors of one model. Chroma wants 3-512 of [a-zA-Z0-9._-], so both parts are hashed or mapped. */
export const collectionName = (tenantId: string, model: string) =>
  `${collectionPrefix(tenantId)}${model.replace(/[^a-zA-Z0-9]+/g, '-')}`;

/** The collection that is being filled to take the place of that one. */
export const nextCollectionName = (tenantId: string, model: string) => `${collectionName(tenantId, model)}.next`;

export type DerivedKey = 'log-chain' | 'api-key-pepper' | 'subject-wrap' | 'erasure-certificate';

/** A 32-byte key for one purpose, from the master key by HKDF-SHA-256 (RFC 5869). */
export const deriveKey = (masterKey: Buffer, purpose: DerivedKey): Buffer =>
  Buffer.from(hkdfSync('sha256', masterKey, '', `auren/${purpose}`, 32));
