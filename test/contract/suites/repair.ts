/** Contract of the replay and the repair: the whole log in order, and a catalog that becomes what records say, no more and no less. */
import { describe, expect, it } from 'vitest';
import type { CatalogRepair } from '../../../layers/memory/catalog/repair.ts';
import type { LogReplay, StreamPlace } from '../../../layers/memory/log/replay.ts';
import type { LogEvent } from '../../../layers/memory/model/event.ts';
import type { MemoryRecord } from '../../../layers/memory/model/memory.ts';
import type { Spaces } from '../../../layers/memory/spaces/port.ts';
import { aMemory, anEvent, ended, moved, stored, updated } from '../../support/builders.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import type { LogSubject } from './commit.ts';
import { commitAll, idsOf, subject } from './subject.ts';

export interface RepairSubject extends LogSubject {
  replay: LogReplay;
  repair: CatalogRepair;
  spaces: Spaces;
}

const SPACE = {
  id: 'spc_1',
  name: 'lab',
  createdAt: NOON,
  members: [{ agentId: 'a', role: 'reader' as const }],
  seq: 1,
  headHash: 'hash',
};
const POLICY = { id: 'pol_1', criteria: { minPriority: 5 }, scoreThreshold: 1, onFail: 'demote' as const, setAt: NOON };

export function describeRepairContract(name: string, make: () => Promise<RepairSubject>): void {
  const get = subject(make);

  /** Memories as they were stored, and the tenant that has them. */
  async function holding(...memories: Partial<MemoryRecord>[]) {
    const tenantId = await get().newTenant();
    const steps = memories.map((memory) => stored(tenantId, aMemory(memory)));
    const records = await commitAll(get().log, steps);
    const [first = aMemory()] = records;
    return { ...get(), tenantId, records, first };
  }

  describe(`${name}: replay`, () => {
    it('gives every event with its payload, stream by stream, in pages of any size', async () => {
      const { log, replay, newTenant } = get();
      const tenantId = await newTenant();
      const one = stored(tenantId, aMemory());
      const other = stored(tenantId, aMemory());
      const [later, gone] = [updated(tenantId, one.record, { priority: 9 }), ended(tenantId, other.record)];
      await commitAll(log, [one, other, later, gone]);

      const events: LogEvent[] = [];
      let place: StreamPlace | null = null;
      for (
        let page = await replay.page(tenantId, place, 3);
        page.length > 0;
        page = await replay.page(tenantId, place, 3)
      ) {
        events.push(...page);
        place = page.at(-1) ?? null;
      }

      const streams = [one, other].map(({ record }) => log.stream(tenantId, record.id));
      expect(events).toEqual((await Promise.all(streams)).flat());
      expect(events.map(({ payload }) => payload === null)).toEqual([false, false, true, true]);
      expect(await replay.count(tenantId)).toBe(4);
    });
  });

  describe(`${name}: repair of rows`, () => {
    it('shows rows expired or not, with the warm copy alone, and their ids in order', async () => {
      const expired = { expiresAt: daysAfter(NOON, -1), tier: 'warm' } as const;
      const { repair, tenantId, records } = await holding({}, expired, { tier: 'hot', dualStored: true });

      const ids = idsOf(records);
      const rows = await repair.rows(tenantId, [...ids, 'mem_absent']);

      const contents = new Map(rows.map(({ id, content }) => [id, content]));
      expect(ids.map((id) => contents.get(id))).toEqual([null, records[1]?.content, records[2]?.content]);
      expect(await repair.ids(tenantId, null, 2)).toEqual(ids.slice(0, 2));
      expect(await repair.ids(tenantId, ids[1] ?? '', 2)).toEqual(ids.slice(2));
      expect(await repair.count(tenantId)).toBe(3);
    });

    it('changes what differs and nothing else', async () => {
      const { repair, catalog, tenantId, records, first } = await holding({ tier: 'warm', key: 'k' }, {});
      const wrong = {
        ...first,
        priority: 1,
        tier: 'cold' as const,
        metadata: { forged: true },
        content: { text: 'forged' },
      };

      const counts = [await repair.restore(tenantId, records), await repair.restore(tenantId, [wrong])];
      counts.push(await repair.restore(tenantId, records), await repair.restore(tenantId, records));

      expect(counts).toEqual([0, 1, 1, 0]);
      expect(await catalog.find(tenantId, [first.id], 'any', NOON)).toEqual([first]);
    });

    it('adds what is missing, and takes out what has no living stream', async () => {
      const { repair, catalog, tenantId, first } = await holding({});
      const stranger = aMemory();

      const added = await repair.restore(tenantId, [stranger]);
      const asked = [stranger.id, first.id, 'mem_absent'];
      const named = await repair.ended(tenantId, asked);

      expect([added, named]).toEqual([1, [stranger.id]]);
      expect([await repair.removeEnded(tenantId, asked), await repair.removeEnded(tenantId, asked)]).toEqual([1, 0]);
      expect(idsOf(await catalog.find(tenantId, asked, 'none', NOON))).toEqual([first.id]);
    });

    it('leaves alone what a later event has changed', async () => {
      const { log, repair, catalog, tenantId, first } = await holding({});
      const later = updated(tenantId, first, { priority: 9 });
      await log.commit(later.commit);

      expect(await repair.restore(tenantId, [first])).toBe(0);

      expect((await catalog.find(tenantId, [first.id], 'none', NOON))[0]?.priority).toBe(9);
    });

    it('gives a key back to whom it belongs', async () => {
      const { repair, catalog, tenantId, records, first } = await holding({ key: 'k' }, {});
      const [, thief = first] = records;
      await repair.restore(tenantId, [{ ...first, key: 'other' }]);
      await repair.restore(tenantId, [{ ...thief, key: 'k' }]);

      await repair.restore(tenantId, records);

      const found = await catalog.findByKey(tenantId, [{ ...first, key: 'k' }]);
      expect(idsOf(found)).toEqual([first.id]);
    });

    it('does not bring back a warm copy whose cold copy was verified', async () => {
      const { log, catalog, repair, tenantId, first } = await holding({ tier: 'warm' });
      const cold = moved(tenantId, first, 'cold', 'age');
      await log.commit(cold.commit);
      await catalog.dropWarmCopies(tenantId, [cold.record]);

      expect(await repair.restore(tenantId, [cold.record])).toBe(0);

      expect((await repair.rows(tenantId, [first.id]))[0]?.content).toBeNull();
    });
  });

  describe(`${name}: repair of spaces and policies`, () => {
    it('makes spaces and their members what is given', async () => {
      const { repair, spaces, tenantId } = await holding({});
      const moreMembers = { ...SPACE, members: [{ agentId: 'b', role: 'writer' as const }] };

      const counts = [await repair.restoreSpaces(tenantId, [SPACE]), await repair.restoreSpaces(tenantId, [SPACE])];
      const changed = await repair.restoreSpaces(tenantId, [moreMembers]);

      expect([counts[0], counts[1], changed].map((count) => (count ?? 0) > 0)).toEqual([true, false, true]);
      expect(await spaces.find(tenantId, SPACE.id)).toEqual(moreMembers);
      expect([await repair.removeSpaces(tenantId, [SPACE.id]), await repair.removeSpaces(tenantId, [])]).toEqual([
        0, 1,
      ]);
      expect(await spaces.find(tenantId, SPACE.id)).toBeNull();
    });

    it('makes policies exactly those that stand by the log', async () => {
      const { repair, catalog, log, tenantId } = await holding({});
      const set = anEvent({ tenantId, streamId: 'policy:a', agentId: 'a', type: 'policy.set' });
      await log.commit({ tenantId, events: [set], policy: { agentId: 'a', policy: POLICY }, now: NOON });
      const standing = (policy: typeof POLICY) => [{ agentId: 'a', seq: 1, policy }];

      const counts = [await repair.restorePolicies(tenantId, standing(POLICY))];
      counts.push(await repair.restorePolicies(tenantId, standing({ ...POLICY, id: 'pol_2' })));
      counts.push(await repair.restorePolicies(tenantId, [{ agentId: 'stranger', seq: 1, policy: POLICY }]));
      counts.push(await repair.restorePolicies(tenantId, standing(POLICY)));

      expect(counts).toEqual([0, 1, 1, 2]);
      expect([await catalog.policy(tenantId, 'a'), await catalog.policy(tenantId, 'stranger')]).toEqual([POLICY, null]);
    });
  });
}
