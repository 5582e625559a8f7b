/** Contract of the event log, writing once: repeated requests answer as before, keys of memories are unique. */
import { describe, expect, it } from 'vitest';
import { aMemory, ended, stored } from '../../support/builders.ts';
import { daysAfter, NOON, secondsAfter } from '../../support/clock.ts';
import { CONFLICT, claim, type LogSubject } from './commit.ts';
import { commitAll, idsOf, subject } from './subject.ts';

export function describeCommitOnceContract(name: string, make: () => Promise<LogSubject>): void {
  const get = subject(make);

  describe(`${name}: idempotency`, () => {
    it('answers a repeated request with the first reply and writes nothing', async () => {
      const { log, newTenant } = get();
      const tenantId = await newTenant();
      await log.commit(stored(tenantId, aMemory(), { idempotency: claim() }).commit);
      const again = stored(tenantId, aMemory(), { idempotency: claim({ reply: { status: 201, memories: [] } }) });

      const result = await log.commit(again.commit);

      expect(result.replay).toEqual({ fingerprint: 'fingerprint-1', reply: claim().reply });
      expect(await log.stream(tenantId, again.record.id)).toEqual([]);
    });

    it('shows the fingerprint of the first request, so that another body under the same key is noticed', async () => {
      const { log, newTenant } = get();
      const tenantId = await newTenant();
      await log.commit(stored(tenantId, aMemory(), { idempotency: claim() }).commit);
      const other = stored(tenantId, aMemory(), { idempotency: claim({ fingerprint: 'another' }) });

      const result = await log.commit(other.commit);

      expect(result.replay?.fingerprint).toBe('fingerprint-1');
      expect(await log.stream(tenantId, other.record.id)).toEqual([]);
    });

    it('forgets a key after 24 hours, not before', async () => {
      const { log, newTenant } = get();
      const tenantId = await newTenant();
      const at = (time: string) => stored(tenantId, aMemory(), { at: time, idempotency: claim() }).commit;
      await log.commit(at(NOON));

      const within = await log.commit(at(secondsAfter(daysAfter(NOON, 1), -1)));
      const after = await log.commit(at(secondsAfter(daysAfter(NOON, 1), 1)));
      const again = await log.commit(at(daysAfter(NOON, 1.5)));

      expect(within.replay).not.toBeNull();
      expect(after.replay).toBeNull();
      expect(again.replay).not.toBeNull();
    });

    it('keeps the claim of a request that had nothing to write', async () => {
      const { log, newTenant } = get();
      const tenantId = await newTenant();
      const nothing = {
        tenantId,
        events: [],
        now: NOON,
        idempotency: claim({ reply: { status: 200, body: { updated_count: 0 } } }),
      };

      const first = await log.commit(nothing);
      const second = await log.commit(nothing);

      expect(first.replay).toBeNull();
      expect(second.replay?.reply).toEqual({ status: 200, body: { updated_count: 0 } });
    });

    it('belongs to its tenant', async () => {
      const { log, newTenant } = get();
      const [a, b] = [await newTenant(), await newTenant()];
      await log.commit(stored(a, aMemory(), { idempotency: claim() }).commit);

      const result = await log.commit(stored(b, aMemory(), { idempotency: claim() }).commit);

      expect(result.replay).toBeNull();
    });
  });

  describe(`${name}: keys of memories`, () => {
    it('refuses a key that another memory of the same agent, user and space has', async () => {
      const { log, newTenant } = get();
      const tenantId = await newTenant();
      await log.commit(stored(tenantId, aMemory({ userId: 'u1', key: 'profile' })).commit);
      const rival = stored(tenantId, aMemory({ userId: 'u1', key: 'profile' }));

      const refused = log.commit(rival.commit);

      await expect(refused).rejects.toMatchObject(CONFLICT);
      expect(await log.stream(tenantId, rival.record.id)).toEqual([]);
    });

    it('takes the same key for another agent, another user, no user, another tenant', async () => {
      const { log, newTenant } = get();
      const [tenantId, other] = [await newTenant(), await newTenant()];
      const owners = [{ userId: 'u1' }, { userId: 'u1', agentId: 'coach' }, { userId: 'u2' }, {}];

      for (const owner of owners) await log.commit(stored(tenantId, aMemory({ ...owner, key: 'profile' })).commit);
      const elsewhere = await log.commit(stored(other, aMemory({ userId: 'u1', key: 'profile' })).commit);

      expect(elsewhere.replay).toBeNull();
    });

    it('frees the key of what was deleted', async () => {
      const { log, catalog, newTenant } = get();
      const tenantId = await newTenant();
      const first = stored(tenantId, aMemory({ key: 'profile' }));
      await commitAll(log, [first, ended(tenantId, first.record)]);
      const second = stored(tenantId, aMemory({ key: 'profile' }));

      await log.commit(second.commit);

      const owner = { agentId: second.record.agentId, userId: null, spaceId: null };
      const found = await catalog.findByKey(tenantId, [{ ...owner, key: 'profile' }]);
      expect(idsOf(found)).toEqual([second.record.id]);
    });
  });
}
