/** What happens beside the requests: time, the sweep, the consumers, engines that go and come, a Redis that loses everything. */
import fc from 'fast-check';
import { ENGINES } from '../faults.ts';
import { sweep as sweepModel } from '../sweep-model.ts';
import type { Operation } from './operation.ts';

const HOUR_MS = 3_600_000;

const advances = fc.record({
  do: fc.constant('advance' as const),
  hours: fc.constantFrom(1, 5, 24, 6 * 24, 8 * 24, 31 * 24, 200 * 24, 400 * 24),
});
export const advance: Operation<typeof advances extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: advances,
  predict(model, { hours }) {
    model.now += hours * HOUR_MS;
  },
  async act(world, _, { hours }) {
    world.ports.clock.advance({ ms: hours * HOUR_MS });
  },
};

const sweeps = fc.record({ do: fc.constant('sweep' as const) });
export const sweep: Operation<typeof sweeps extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: sweeps,
  predict: (model) => sweepModel(model),
  act: async (world) => void (await world.sweep()),
};

const drains = fc.record({ do: fc.constantFrom('project' as const, 'index' as const) });
export const drain: Operation<typeof drains extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: drains,
  predict: () => true,
  act: async (world, _, step) => (await world[step.do]()).caughtUp,
};

const outages = fc.record({ do: fc.constant('outage' as const), engine: fc.constantFrom(...ENGINES) });
export const outage: Operation<typeof outages extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: outages,
  predict(model, { engine }) {
    if (engine === 'redis') model.isRedisUp = false;
  },
  async act(world, _, { engine }) {
    world.faults.down.add(engine);
  },
};

const recoveries = fc.record({ do: fc.constant('recovery' as const) });
export const recovery: Operation<typeof recoveries extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: recoveries,
  predict(model) {
    model.isRedisUp = true;
  },
  async act(world) {
    world.faults.down.clear();
  },
};

const losses = fc.record({ do: fc.constant('empty-redis' as const) });
/** With Redis go the uses since the last sweep. */
export const loss: Operation<typeof losses extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: losses,
  predict(model) {
    for (const memo of model.memories) memo.uses = memo.uses.filter(({ isFlushed }) => isFlushed);
  },
  act: (world) => world.emptyRedis(),
};
