/** Subject keys: one per subject, the same for every process, unreadable without the master key, gone when destroyed. */
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Postgres } from '../../../layers/memory/clients/postgres.ts';
import { createSubjectKeys, KEY_CACHE_MS } from '../../../layers/memory/tiers/subject-keys-postgres.ts';
import { sharedEngines } from '../../support/engines.ts';
import { uniqueName } from '../../support/ids.ts';
import { searchAdapters } from '../search/adapters.ts';

let postgres: Postgres;
beforeAll(async () => {
  ({ postgres } = await searchAdapters(sharedEngines()));
});

const MASTER = randomBytes(32);
const keysAt = (now: { ms: number }, masterKey = MASTER) => createSubjectKeys(postgres, masterKey, () => now.ms);
const destroy = (tenant: string) =>
  postgres.run(tenant, [{ text: 'delete from subject_keys where tenant_id = $1', params: [tenant] }]);

describe('subject keys', () => {
  it('are made once, however many processes ask at the same time', async () => {
    const tenant = uniqueName('keys');

    const asked = await Promise.all(
      Array.from({ length: 8 }, () => keysAt({ ms: 0 }).get(tenant, ['user:a', 'agent:b'])),
    );

    const made = new Set(asked.map((keys) => keys.get('user:a')?.toString('hex')));
    expect(made.size).toBe(1);
    expect(asked[0]?.get('user:a')).toHaveLength(32);
    expect(asked[0]?.get('user:a')).not.toEqual(asked[0]?.get('agent:b'));
  });

  it('are not made by looking', async () => {
    const tenant = uniqueName('look');

    expect(await keysAt({ ms: 0 }).existing(tenant, ['user:a'])).toEqual(new Map());
    expect((await keysAt({ ms: 0 }).get(tenant, ['user:a', 'user:a'])).size).toBe(1);
    expect((await keysAt({ ms: 0 }).existing(tenant, ['user:a'])).size).toBe(1);
  });

  it('are cached for a short while only, so that their destruction takes effect', async () => {
    const tenant = uniqueName('cache');
    const now = { ms: 0 };
    const keys = keysAt(now);
    const first = await keys.get(tenant, ['user:a']);
    await destroy(tenant);

    now.ms = KEY_CACHE_MS - 1;
    const cached = await keys.existing(tenant, ['user:a']);
    now.ms = KEY_CACHE_MS;
    const later = await keys.existing(tenant, ['user:a']);

    expect(KEY_CACHE_MS).toBeLessThanOrEqual(60_000);
    expect([cached, later]).toEqual([first, new Map()]);
    expect((await keys.get(tenant, ['user:a'])).get('user:a')).not.toEqual(first.get('user:a'));
  });

  it('do not open under another master key, and are stored wrapped', async () => {
    const tenant = uniqueName('wrap');
    const key = (await keysAt({ ms: 0 }).get(tenant, ['user:a'])).get('user:a');

    const [rows] = await postgres.run(tenant, [
      { text: 'select wrapped from subject_keys where tenant_id = $1', params: [tenant] },
    ]);

    expect(String(rows?.[0]?.wrapped)).not.toContain(key?.toString('base64').slice(0, 20));
    await expect(keysAt({ ms: 0 }, randomBytes(32)).existing(tenant, ['user:a'])).rejects.toThrow(/AUREN_MASTER_KEY/);
  });
});
