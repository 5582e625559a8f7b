/** Store one memory, and batches of 500. */
import { composeStore, composeStoreBatch } from '@auren/memory/compose.ts';
import { draftOf, userName } from '../data.ts';
import { randomFrom } from '../random.ts';
import { expect, type Scenario } from '../scenario.ts';
import { type Bench, CALLERS } from './bench-case.ts';

const BATCH = 500;
const CALLERS_OF_BATCHES = 4;
const USERS = 100;
const SEED = 7;

export async function storing({ stage, floors }: Bench): Promise<Scenario[]> {
  const { caller } = stage.writes;
  const { store } = await composeStore();
  const { storeBatch } = await composeStoreBatch();
  const random = randomFrom(SEED);
  const draft = () => draftOf(random, userName(random.integer(USERS)));
  return [
    {
      name: 'store',
      title: 'store',
      unit: 'memories',
      perCall: 1,
      callers: CALLERS,
      goals: { perSecond: 1_000 },
      floorTitle: 'one event row, one catalog row',
      async call() {
        const { created } = await store(caller, draft());
        expect(created, 'a store that stores');
        return 'whole';
      },
      floor: () => floors.postgresInsert(1),
    },
    {
      name: 'batch',
      title: `batch store, ${BATCH} a call`,
      unit: 'memories',
      perCall: BATCH,
      callers: CALLERS_OF_BATCHES,
      goals: { perSecond: 5_000 },
      floorTitle: `${BATCH} event rows, ${BATCH} catalog rows`,
      async call() {
        const { memories } = await storeBatch(caller, Array.from({ length: BATCH }, draft));
        expect(memories.length === BATCH, `${memories.length} of ${BATCH} memories`);
        return 'whole';
      },
      floor: () => floors.postgresInsert(BATCH),
    },
  ];
}
