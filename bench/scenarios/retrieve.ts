/** Retrieve from each tier, and many at once. */
import { composeGetMany, composeRetrieve } from '@auren/memory/compose.ts';
import type { TierName } from '@auren/memory/memory.ts';
import { at, expect, type Scenario } from '../scenario.ts';
import { type Bench, CALLERS } from './bench-case.ts';

const ANSWER_BYTES_MAX = 4_000_000;
const GOAL_MS: Record<TierName, number> = { hot: 10, warm: 50, cold: 200 };
const FLOORS: Record<TierName, string> = {
  hot: 'Redis GET',
  warm: 'PostgreSQL select by id',
  cold: 'Chroma get by id',
};
/** A read from below does not move the memory: only the sweep moves. So any may be asked for again and again. */
const STRIDE = 7;
/** Answers of 250 KB each: more of them at once only wait for each other, past the deadline of Redis. */
const CALLERS_OF_MANY = 4;
const MANY = 500;

export async function retrieving(bench: Bench): Promise<Scenario[]> {
  const { stage, seeded, floors, renewLease } = bench;
  const { caller } = stage.reads;
  const { retrieve } = await composeRetrieve();
  const { getMany } = await composeGetMany();

  const from = (tier: TierName): Scenario => {
    const id = (n: number) => at(seeded[tier], n * STRIDE).id;
    const floorOf: Record<TierName, (n: number) => Promise<void>> = {
      hot: (n) => floors.redisGet(n),
      warm: (n) => floors.postgresGet(id(n)),
      cold: (n) => floors.chromaGet([id(n)]),
    };
    return {
      name: tier,
      title: `retrieve, ${tier}`,
      unit: 'memories',
      perCall: 1,
      callers: CALLERS,
      goals: { p99Ms: GOAL_MS[tier] },
      floorTitle: FLOORS[tier],
      prepare: renewLease,
      async call(n) {
        const memory = await retrieve(caller, id(n), {});
        expect(memory.id === id(n) && memory.tier === tier, `memory from ${memory.tier}, wanted ${tier}`);
        return 'whole';
      },
      floor: floorOf[tier],
    };
  };

  const many = (count: number, goals: Scenario['goals']): Scenario => ({
    name: `many-${count}`,
    title: `many-get, ${count} hot`,
    unit: 'memories',
    perCall: count,
    callers: count < MANY ? CALLERS : CALLERS_OF_MANY,
    goals,
    floorTitle: `Redis MGET of ${count}`,
    prepare: renewLease,
    async call(n) {
      const ids = Array.from({ length: count }, (_, index) => at(seeded.hot, n * STRIDE + index).id);
      const { memories } = await getMany(caller, ids, ANSWER_BYTES_MAX);
      expect(memories.length === count, `${memories.length} of ${count} memories`);
      return 'whole';
    },
    floor: () => floors.redisGetMany(count),
  });

  const MIXED = 100;
  const all = [...seeded.hot, ...seeded.warm, ...seeded.cold];
  const spread = Math.floor(all.length / MIXED);
  const mixedIds = (n: number) => Array.from({ length: MIXED }, (_, index) => at(all, n + index * spread).id);
  const cold = (n: number) =>
    Array.from({ length: MIXED * 0.15 }, (_, index) => at(seeded.cold, n + index * STRIDE).id);
  const mixed: Scenario = {
    ...many(MIXED, {}),
    name: 'many-mixed',
    title: `many-get, ${MIXED} of all tiers`,
    floorTitle: 'MGET, then select and Chroma get',
    async call(n) {
      const { memories } = await getMany(caller, mixedIds(n), ANSWER_BYTES_MAX);
      expect(memories.length === MIXED, `${memories.length} of ${MIXED} memories`);
      return 'whole';
    },
    async floor(n) {
      await floors.redisGetMany(MIXED);
      await floors.postgresGet(at(seeded.warm, n).id);
      await floors.chromaGet(cold(n));
    },
  };
  return [
    from('hot'),
    from('warm'),
    from('cold'),
    many(100, { perSecond: 5_000 }),
    many(MANY, { perSecond: 5_000 }),
    mixed,
  ];
}
