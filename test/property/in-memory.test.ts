/** Nothing is ever lost: random sequences of every operation, with crashes and outages, against a simple model. */
import { it } from 'vitest';
import { inMemoryGround } from '../support/sequences/in-memory-ground.ts';
import { expectNoDivergence, sequenceCounts } from '../support/sequences/sequences.ts';

it('any sequence of operations, faults and crashes leaves what the model says: content, tier, counts, visibility, versions', async () => {
  await expectNoDivergence(sequenceCounts().inMemory, inMemoryGround);
});
