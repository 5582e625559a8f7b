/** The random sequences of test/property, on PostgreSQL, Redis and Chroma. */
import { it } from 'vitest';
import { engineGround } from '../../support/sequences/engine-ground.ts';
import { expectNoDivergence, sequenceCounts } from '../../support/sequences/sequences.ts';

it('any sequence of operations, faults and crashes leaves the real engines as the model says', async () => {
  await expectNoDivergence(sequenceCounts().onEngines, engineGround);
}, 1_200_000);
