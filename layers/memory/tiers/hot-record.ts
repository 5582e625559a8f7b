/** A memory as the hot tier's scripts take it and give it back. */
import type { MemoryRecord } from '../model/memory.ts';
import { CONFIDENCE_WEIGHT, PRIORITY_WEIGHT } from '../policy/retention.ts';

/** Far above any retention score (some tens of nats): what a policy retains yields after all others, a pin after that. */
export const RETAINED_BOOST = 1_000;
export const PIN_BOOST = 1_000_000;

/** The part of the stored score that neither time nor use moves. */
export function worthOf(record: Pick<MemoryRecord, 'priority' | 'confidence' | 'pinned' | 'retainedBy'>): number {
  const boost = (record.retainedBy === null ? 0 : RETAINED_BOOST) + (record.pinned ? PIN_BOOST : 0);
  return PRIORITY_WEIGHT * record.priority + CONFIDENCE_WEIGHT * record.confidence + boost;
}

/** Arguments of the put script, in its order: id, seq, agent, visibility, space, exp, born, worth, uses, at, pin, record. */
export const toArguments = (record: MemoryRecord): string[] => [
  record.id,
  String(record.seq),
  record.agentId,
  record.visibility,
  record.spaceId ?? '',
  record.expiresAt === null ? '' : String(Date.parse(record.expiresAt)),
  String(Date.parse(record.createdAt)),
  String(worthOf(record)),
  String(record.accessCount),
  record.lastAccessedAt ?? '',
  record.pinned ? '1' : '0',
  JSON.stringify(record),
];

/** The record with its uses as of now: those in the JSON are as of the last write. */
export const fromReply = (json: string, accessCount: string, lastAccessedAt: string): MemoryRecord => ({
  ...(JSON.parse(json) as MemoryRecord),
  accessCount: Number(accessCount),
  lastAccessedAt: lastAccessedAt || null,
});
