/** Contract of the subjects' keys: made once, found until they are destroyed, and never the same again. */
import { describe, expect, it } from 'vitest';
import { SUBJECT_KEY_BYTES, type SubjectKeys } from '../../../layers/memory/tiers/subject-keys.ts';
import { subject } from './subject.ts';

export interface SubjectKeysSubject {
  keys: SubjectKeys;
  newTenant(): Promise<string>;
}

export function describeSubjectKeysContract(name: string, make: () => Promise<SubjectKeysSubject>): void {
  const get = subject(make);

  describe(`${name}: subject keys`, () => {
    it('are made when asked for, one a subject and tenant, and stay', async () => {
      const { keys, newTenant } = get();
      const [tenantId, other] = [await newTenant(), await newTenant()];

      const made = await keys.get(tenantId, ['user:a', 'user:b', 'user:a']);
      const elsewhere = await keys.get(other, ['user:a']);

      expect([...made.keys()].sort()).toEqual(['user:a', 'user:b']);
      expect(made.get('user:a')).toHaveLength(SUBJECT_KEY_BYTES);
      expect(new Set([...made.values(), ...elsewhere.values()].map((key) => key.toString('hex'))).size).toBe(3);
      expect(await keys.get(tenantId, ['user:b'])).toEqual(new Map([['user:b', made.get('user:b')]]));
      expect(await keys.existing(tenantId, ['user:a', 'user:c'])).toEqual(new Map([['user:a', made.get('user:a')]]));
    });

    it('are gone at once when destroyed, alone, and made anew afterwards', async () => {
      const { keys, newTenant } = get();
      const [tenantId, other] = [await newTenant(), await newTenant()];
      const before = await keys.get(tenantId, ['user:a', 'user:b']);
      const elsewhere = await keys.get(other, ['user:a']);

      await keys.destroy(tenantId, 'user:a');
      await keys.destroy(tenantId, 'user:unknown');

      expect([...(await keys.existing(tenantId, ['user:a', 'user:b'])).keys()]).toEqual(['user:b']);
      expect(await keys.existing(other, ['user:a'])).toEqual(elsewhere);
      expect((await keys.get(tenantId, ['user:a'])).get('user:a')).not.toEqual(before.get('user:a'));
    });
  });
}
