/** Healing: every tenant is poked, until the time is over. */
import { describe, expect, it } from 'vitest';
import { composeHealing } from '../../../layers/memory/compose.ts';
import { inMemoryPoke } from '../../support/in-memory/poke.ts';
import { aSession } from './session.ts';

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000);

async function prepare(tenants: number, deliver?: () => Promise<void>) {
  const poke = inMemoryPoke(deliver);
  const { ports } = await aSession({ poke });
  for (let n = 1; n < tenants; n += 1) ports.store.addTenant(`tenant-${n}`);
  return { ports, poke, ...(await composeHealing()) };
}

describe('healing', () => {
  it('pokes every tenant once', async () => {
    const { ports, poke, heal } = await prepare(45);

    expect(await heal(inSeconds(5))).toEqual({ tenants: 45, poked: 45 });
    expect([...poke.poked].sort()).toEqual(ports.store.tenants());
  });

  it('stops at its deadline and says how far it came', async () => {
    const { poke, heal } = await prepare(45, () => new Promise((resolve) => setTimeout(resolve, 15)));

    const report = await heal(new Date(Date.now() + 10));

    expect(report).toEqual({ tenants: 45, poked: 20 });
    expect(poke.poked).toHaveLength(20);
  });

  it('does nothing where no time is left', async () => {
    const { poke, heal } = await prepare(3);

    expect(await heal(inSeconds(-1))).toEqual({ tenants: 3, poked: 0 });
    expect(poke.poked).toEqual([]);
  });

  it('fails where PostgreSQL does not answer', async () => {
    const { ports, heal } = await prepare(1);
    ports.fail('postgres');

    await expect(heal(inSeconds(5))).rejects.toMatchObject({ engine: 'postgres' });
  });
});
