/** Contract of the consumers' leases: one holder at a time, no poke lost, poison set aside. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Consumers } from '../../../layers/memory/log/consumers.ts';
import { subject, type Tenants } from './subject.ts';

export interface ConsumersSubject extends Tenants {
  consumers: Consumers;
}

const LONG_MS = 60_000;
/** Short enough to wait for, long enough for one round trip. */
const SHORT_MS = 40;

export function describeConsumersContract(name: string, make: () => Promise<ConsumersSubject>): void {
  const get = subject(make);

  async function fresh() {
    const { consumers, newTenant } = get();
    return { consumers, tenantId: await newTenant() };
  }

  describe(`${name}: lease`, () => {
    it('is had by one at a time, for each consumer and tenant apart', async () => {
      const { consumers, tenantId } = await fresh();
      const other = await get().newTenant();

      const first = await consumers.acquire('a consumer', tenantId, 'a', LONG_MS);
      const second = await consumers.acquire('a consumer', tenantId, 'b', LONG_MS);
      const another = await consumers.acquire('broadcaster', tenantId, 'b', LONG_MS);
      const elsewhere = await consumers.acquire('a consumer', other, 'b', LONG_MS);

      expect([first, second, another, elsewhere]).toEqual([{ cursor: null }, null, { cursor: null }, { cursor: null }]);
    });

    it('goes to exactly one of many that ask at once', async () => {
      const { consumers, tenantId } = await fresh();

      const answers = await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map((owner) => consumers.acquire('a consumer', tenantId, owner, LONG_MS)),
      );

      expect(answers.filter((lease) => lease !== null)).toHaveLength(1);
    });

    it('may be asked for again by its holder', async () => {
      const { consumers, tenantId } = await fresh();
      await consumers.acquire('a consumer', tenantId, 'a', LONG_MS);

      expect(await consumers.acquire('a consumer', tenantId, 'a', LONG_MS)).toEqual({ cursor: null });
    });

    it('is free after its release, and hands the cursor on', async () => {
      const { consumers, tenantId } = await fresh();
      await consumers.acquire('a consumer', tenantId, 'a', LONG_MS);
      await consumers.advance('a consumer', tenantId, 'a', 'cursor-1', LONG_MS);

      const released = await consumers.release('a consumer', tenantId, 'a');
      const next = await consumers.acquire('a consumer', tenantId, 'b', LONG_MS);

      expect(released).toBe(true);
      expect(next).toEqual({ cursor: 'cursor-1' });
      expect(await consumers.cursor('a consumer', tenantId)).toBe('cursor-1');
    });

    it('runs out, and whoever lost it neither advances the cursor nor takes it from the next', async () => {
      const { consumers, tenantId } = await fresh();
      await consumers.acquire('a consumer', tenantId, 'a', SHORT_MS);
      await sleep(SHORT_MS * 2);

      const next = await consumers.acquire('a consumer', tenantId, 'b', LONG_MS);
      const late = await consumers.advance('a consumer', tenantId, 'a', 'late', LONG_MS);
      const released = await consumers.release('a consumer', tenantId, 'a');

      expect(next).toEqual({ cursor: null });
      expect(late).toBe(false);
      expect(released).toBe(true);
      expect(await consumers.cursor('a consumer', tenantId)).toBeNull();
      expect(await consumers.acquire('a consumer', tenantId, 'c', LONG_MS)).toBeNull();
    });

    it('is prolonged by every advance', async () => {
      const { consumers, tenantId } = await fresh();
      await consumers.acquire('a consumer', tenantId, 'a', SHORT_MS);

      const advanced = await consumers.advance('a consumer', tenantId, 'a', 'cursor-1', LONG_MS);
      await sleep(SHORT_MS * 2);

      expect(advanced).toBe(true);
      expect(await consumers.acquire('a consumer', tenantId, 'b', LONG_MS)).toBeNull();
    });
  });

  describe(`${name}: wake mark`, () => {
    it('makes the release answer false once, the lease kept, then true', async () => {
      const { consumers, tenantId } = await fresh();
      await consumers.acquire('a consumer', tenantId, 'a', LONG_MS);
      await consumers.acquire('a consumer', tenantId, 'b', LONG_MS);

      const first = await consumers.release('a consumer', tenantId, 'a');
      const kept = await consumers.advance('a consumer', tenantId, 'a', 'cursor-1', LONG_MS);
      const second = await consumers.release('a consumer', tenantId, 'a');

      expect([first, kept, second]).toEqual([false, true, true]);
      expect(await consumers.acquire('a consumer', tenantId, 'b', LONG_MS)).toEqual({ cursor: 'cursor-1' });
    });

    it('is not left by a holder that asks again', async () => {
      const { consumers, tenantId } = await fresh();
      await consumers.acquire('a consumer', tenantId, 'a', LONG_MS);
      await consumers.acquire('a consumer', tenantId, 'a', LONG_MS);

      expect(await consumers.release('a consumer', tenantId, 'a')).toBe(true);
    });
  });

  describe(`${name}: poison and tenants`, () => {
    it('counts the tries of each event and lists it from the fifth on', async () => {
      const { consumers, tenantId } = await fresh();
      const tries: number[] = [];
      for (let n = 0; n < 4; n++)
        tries.push(await consumers.failed('a consumer', tenantId, 'evt_1', `failure ${n + 1}`));
      await consumers.failed('a consumer', tenantId, 'evt_2', 'another');
      const before = await consumers.parked(tenantId);

      tries.push(await consumers.failed('a consumer', tenantId, 'evt_1', 'failure 5'));

      expect(before).toEqual([]);
      expect(tries).toEqual([1, 2, 3, 4, 5]);
      expect(await consumers.parked(tenantId)).toEqual([
        { consumer: 'a consumer', eventId: 'evt_1', error: 'failure 5' },
      ]);
      expect(await consumers.parked(await get().newTenant())).toEqual([]);
    });

    it('knows every tenant', async () => {
      const [one, two] = [await fresh(), await fresh()];

      const tenants = await one.consumers.tenants();

      expect(tenants).toEqual(expect.arrayContaining([one.tenantId, two.tenantId]));
    });

    it('has no cursor before the first advance', async () => {
      const { consumers, tenantId } = await fresh();

      expect(await consumers.cursor('a consumer', tenantId)).toBeNull();
    });
  });
}
