/** A person's data: read whole for an export, and erased; how far an erasure is, what it counted, what it certifies. */
import type { CatalogRow, ContentFrom, IdPage } from '../catalog/port.ts';
import type { Instant } from '../clock.ts';
import type { LogEvent } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { Certificate } from './certificate.ts';

/** What is kept of a person beside memories and events. */
export const TRACE_KINDS = ['usage', 'idempotency', 'query', 'access_pattern', 'pattern'] as const;
export type TraceKind = (typeof TRACE_KINDS)[number];

export interface Trace {
  /** Orders the traces of a kind. */
  key: string;
  data: JsonObject;
}

export interface EventPlace {
  streamId: string;
  seq: number;
}

/** Reads what is about a person, whoever holds it: every agent, visibility, space and tier, expired or not. Pages go by key. */
export interface Persons {
  memories(tenantId: string, userId: string, page: IdPage, content: ContentFrom): Promise<CatalogRow[]>;
  /** Ids of all memories there ever were, ended ones included. */
  streams(tenantId: string, userId: string, page: IdPage): Promise<string[]>;
  /** The last of those ids: whatever is stored later has a greater one. Null where there was never any. */
  lastStream(tenantId: string, userId: string): Promise<string | null>;
  /** Their events, with content where it still exists. */
  events(tenantId: string, userId: string, page: { after: EventPlace | null; limit: number }): Promise<LogEvent[]>;
  traces(
    tenantId: string,
    userId: string,
    kind: TraceKind,
    page: { after: string | null; limit: number },
  ): Promise<Trace[]>;
  /**
   * Living memories that tell what patterns say, of patterns that hold erased memories of the person or once did, and that are not about
   * the person themselves. Without content. Ask before the patterns are removed: one of many memories does not name them all.
   */
  insights(tenantId: string, userId: string, page: IdPage): Promise<CatalogRow[]>;
  /** Ids of memories that an erasure ended although they are not about its person. */
  endedBeside(tenantId: string, userId: string, erasureId: string, page: IdPage): Promise<string[]>;
}

/** How much was erased. `index`: memories whose absence from the index was verified; `events`: those whose content went. */
export interface ErasedCounts {
  hot: number;
  warm: number;
  cold: number;
  index: number;
  events: number;
  queries: number;
  patterns: number;
  idempotency: number;
}

export interface ErasureRecord {
  id: string;
  requestedAt: Instant;
  /** Up to this memory the copies are gone and the chains were verified. */
  cleared: string | null;
  chainVerified: boolean;
  /** Null while it is going on. */
  certificate: Certificate | null;
}

export interface Tally {
  counts: ErasedCounts;
  /** All memories there ever were about the person. */
  streams: number;
}

export interface Erasures {
  /**
   * The erasure of this person that is going on; else the last one, where neither memories nor queries came after it; else a new one,
   * as handed in.
   */
  begin(tenantId: string, userId: string, fresh: { id: string; requestedAt: Instant }): Promise<ErasureRecord>;
  /** Removes what is kept of memories that have ended, beside the memories, and counts it. */
  removeTraces(tenantId: string, userId: string, id: string): Promise<void>;
  /** Null begins anew: memories were found that had been passed. A chain once found broken stays so. */
  advance(tenantId: string, id: string, to: { cleared: string | null; chainVerified: boolean }): Promise<void>;
  /** Counted from the log, where every memory names the erasure that ended it: killed and repeated, it stays right. */
  tally(tenantId: string, userId: string, id: string): Promise<Tally>;
  /** Answers the certificate that stands: the first one, if another request has completed it meanwhile. */
  complete(tenantId: string, id: string, certificate: Certificate, streams: number): Promise<Certificate>;
}
