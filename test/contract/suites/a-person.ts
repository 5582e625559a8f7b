/** A person for the suites of erasures: memories of theirs and of another, and the certificate of what became of them. */
import { type Certificate, certify } from '../../../layers/memory/erasure/certificate.ts';
import type { ErasedCounts, Erasures, Persons } from '../../../layers/memory/erasure/port.ts';
import type { Consumers } from '../../../layers/memory/log/consumers.ts';
import type { LogEvent } from '../../../layers/memory/model/event.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import type { Patterns } from '../../../layers/memory/patterns/port.ts';
import type { QueryLog } from '../../../layers/memory/recall/port.ts';
import { aMemory, ended, stored } from '../../support/builders.ts';
import { NOON } from '../../support/clock.ts';
import type { LogSubject } from './commit.ts';
import { commitAll } from './subject.ts';

export interface ErasuresSubject extends LogSubject {
  patterns: Patterns;
  queries: QueryLog;
  persons: Persons;
  erasures: Erasures;
  consumers: Consumers;
}

export const USER = 'u1';
export const NONE = { hot: 0, warm: 0, cold: 0, index: 0, events: 0, queries: 0, patterns: 0, idempotency: 0 };
export const FIRST = { afterId: null, limit: 100 };

export const certificateOf = (id: string, counts: ErasedCounts, completedAt = NOON): Certificate =>
  certify(
    Buffer.alloc(32, 1),
    {
      id,
      user_id: USER,
      requested_at: NOON,
      completed_at: completedAt,
      counts,
      chain: { verified: true, memories: 1 },
    },
    [],
  );

export const fresh = (id: string) => ({ id, requestedAt: NOON });

const claimOf = (key: string, id: string) => ({
  key,
  fingerprint: 'f',
  reply: { status: 200, body: { skipped: [{ id, reason: 'capacity' }] } },
});

export function aPerson(get: () => ErasuresSubject) {
  return {
    /** Memories of the person and one of another, whose id begins with the person's. */
    async holding(...mine: Partial<MemoryRecord>[]) {
      const tenantId = await get().newTenant();
      const own = mine.map((fields) => aMemory({ userId: USER, ...fields }));
      const other = aMemory({ userId: `${USER}0`, content: { text: 'of another' } });
      const steps = [...own, other].map((memory) =>
        stored(tenantId, memory, { idempotency: claimOf(`once-${memory.id}`, memory.id) }),
      );
      const records = await commitAll(get().log, steps);
      return { tenantId, own: records.slice(0, -1), other: records.slice(-1) };
    },

    async erase(tenantId: string, record: MemoryRecord, erasureId: string): Promise<LogEvent | undefined> {
      const { commit } = ended(tenantId, record, 'memory.erased', { about: { erasure_id: erasureId } });
      await get().log.commit(commit);
      return commit.events[0];
    },
  };
}
