/** The log read whole, stream by stream, to build from it what stands beside it. */
import type { LogEvent } from '../model/event.ts';

/** Where a page of streams ended. */
export interface StreamPlace {
  streamId: string;
  seq: number;
}

export interface LogReplay {
  /** Events of all streams with their payloads, each stream whole and in order of seq before the next begins; after `after`. */
  page(tenantId: string, after: StreamPlace | null, limit: number): Promise<LogEvent[]>;
  count(tenantId: string): Promise<number>;
  /** Begins a new epoch of the log: every cursor that was handed out before means nothing any more. */
  newEpoch(): Promise<void>;
  /**
   * Makes events readable that came from another database cluster (a dump): their transactions may lie ahead of this one's, where no
   * reader would come to them. They keep their order.
   */
  admit(tenantId: string): Promise<void>;
}
