/** A stream verified and replayed event by event, so that none has to be held whole: its links, its end, and what it leaves. */
import type { LogEvent } from '../model/event.ts';
import { ENDING_EVENTS } from '../model/event.ts';
import type { MemoryRecord } from '../model/memory.ts';
import type { RetentionPolicy } from '../policy/retention-policy.ts';
import type { StoredSpace } from '../spaces/port.ts';
import { BEFORE_ALL, isBlanked, isNextLink } from './chain.ts';
import { evolve } from './evolve.ts';
import { evolvePolicy, evolveSpace } from './evolve-others.ts';

export interface Fold {
  streamId: string;
  head: Pick<LogEvent, 'seq' | 'hash'>;
  /** What is wrong with the stream; null where nothing is. */
  fault: string | null;
  memory: MemoryRecord | null;
  space: StoredSpace | null;
  policy: { agentId: string; seq: number; policy: RetentionPolicy } | null;
  /** A payload is gone: right where the memory ended or was erased, and there alone. */
  hasGap: boolean;
}

export const beginFold = (streamId: string): Fold => ({
  streamId,
  head: BEFORE_ALL,
  fault: null,
  memory: null,
  space: null,
  policy: null,
  hasGap: false,
});

const isEnding = ({ type }: LogEvent): boolean => ENDING_EVENTS.some((ending) => ending === type);

/** The fold after one more event of its stream. `key` is the chain's. */
export function fold(key: Buffer, before: Fold, event: LogEvent): Fold {
  const [family] = event.type.split('.');
  const policy = family === 'policy' ? evolvePolicy(event) : null;
  return {
    ...before,
    head: event,
    fault:
      before.fault ?? (isNextLink(key, before.head, event) ? null : `event ${event.seq} (${event.type}) was altered`),
    memory: family === 'memory' ? evolve(before.memory, event) : null,
    space: family === 'space' ? evolveSpace(before.space, event) : null,
    policy: policy && { agentId: event.agentId ?? '', seq: event.seq, policy },
    hasGap: (before.hasGap || isBlanked(event)) && !isEnding(event),
  };
}

/** What is wrong with a stream that has been read to its end. */
export const faultOf = ({ fault, hasGap }: Fold): string | null =>
  fault ?? (hasGap ? 'a payload is gone, though the memory has not ended' : null);
