/** Subject keys in memory. */
import { randomBytes } from 'node:crypto';
import { SUBJECT_KEY_BYTES, type SubjectKeys } from '../../../layers/memory/tiers/subject-keys.ts';

export function inMemorySubjectKeys(): SubjectKeys {
  const keys = new Map<string, Buffer>();
  const nameOf = (tenantId: string, subject: string) => JSON.stringify([tenantId, subject]);
  const existing: SubjectKeys['existing'] = async (tenantId, subjects) => {
    const found = subjects.map((subject) => [subject, keys.get(nameOf(tenantId, subject))] as const);
    return new Map(found.filter((pair): pair is [string, Buffer] => pair[1] !== undefined));
  };
  return {
    existing,
    async get(tenantId, subjects) {
      const missing = subjects.filter((subject) => !keys.has(nameOf(tenantId, subject)));
      for (const subject of missing) keys.set(nameOf(tenantId, subject), randomBytes(SUBJECT_KEY_BYTES));
      return await existing(tenantId, subjects);
    },
    async destroy(tenantId, subject) {
      keys.delete(nameOf(tenantId, subject));
    },
  };
}
