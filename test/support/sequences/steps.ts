/** Sequences of steps: every operation of the surface and all that happens beside it, each step perhaps with a fault. */
import fc from 'fast-check';
import type { Fault } from './faults.ts';
import { deletion, update } from './operations/changing.ts';
import { clearing, control, retention } from './operations/governing.ts';
import { type Operation, onceIn } from './operations/operation.ts';
import { advance, drain, loss, outage, recovery, sweep } from './operations/passing.ts';
import { getMany, history, list, retrieve, search, stats } from './operations/reading.ts';
import { creation, ending, joining, leaving } from './operations/sharing.ts';
import { batch, store } from './operations/storing.ts';

interface Entry {
  operation: Operation<{ do: string }>;
  weight: number;
  /** One commit or none: after a fault it has happened, or it has not. */
  isAtomic: boolean;
}

const entry = <S extends { do: string }>(operation: Operation<S>, weight: number, isAtomic = true): Entry => ({
  operation: operation as unknown as Entry['operation'],
  weight,
  isAtomic,
});

const OPERATIONS: Record<string, Entry> = {
  store: entry(store, 12),
  batch: entry(batch, 3),
  retrieve: entry(retrieve, 10),
  get: entry(getMany, 4),
  list: entry(list, 2),
  search: entry(search, 4),
  stats: entry(stats, 2),
  history: entry(history, 2),
  update: entry(update, 8),
  delete: entry(deletion, 2),
  control: entry(control, 8),
  retention: entry(retention, 3, false),
  'clear-policy': entry(clearing, 1, false),
  'create-space': entry(creation, 1),
  'set-member': entry(joining, 1),
  'remove-member': entry(leaving, 1),
  'delete-space': entry(ending, 1),
  advance: entry(advance, 6),
  sweep: entry(sweep, 8, false),
  project: entry(drain, 8),
  outage: entry(outage, 1),
  recovery: entry(recovery, 3),
  'empty-redis': entry(loss, 1),
};

export interface Step {
  do: string;
  fault?: Fault | undefined;
}

export const entryOf = (step: Step): Entry => {
  const found = OPERATIONS[step.do === 'index' ? 'project' : step.do];
  if (found === undefined) throw new Error(`no operation ${step.do}`);
  return found;
};

const faults: fc.Arbitrary<Fault | undefined> = onceIn(
  8,
  fc.record({
    kind: fc.constantFrom('crash-before', 'crash-after', 'lost', 'cut-postgres', 'cut-redis', 'cut-chroma'),
    call: fc.oneof(fc.constantFrom(1, 2, 3), fc.integer({ min: 1, max: 10 })),
  }),
);

const stepOf: fc.Arbitrary<Step> = fc.oneof(
  ...Object.values(OPERATIONS).map(({ operation, weight }) => ({
    weight,
    arbitrary: fc.tuple(operation.arbitrary, faults).map(([step, fault]) => (fault ? { ...step, fault } : step)),
  })),
);

export interface Sequence {
  capacity: number;
  steps: Step[];
}

/** A team and a few memories to begin with, so that most steps meet something. */
const beginning = fc.tuple(
  fc.constant({ do: 'create-space', by: null, members: { ada: 'writer', ben: 'reader' } }),
  batch.arbitrary,
  batch.arbitrary,
);

/** Under a large capacity every tier is foretold; a small one shows that pressure loses nothing. */
export const sequences: fc.Arbitrary<Sequence> = fc.noBias(
  fc.record({
    capacity: fc.constantFrom(10_000, 4),
    steps: fc
      .tuple(beginning, fc.array(stepOf, { maxLength: 50, size: 'max' }))
      .map(([first, rest]): Step[] => [...first, ...rest]),
  }),
);
