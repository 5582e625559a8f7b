/** What a rebuild works with, and how it tells how far it is. */
import type { CatalogRepair } from '../../catalog/repair.ts';
import type { DrainReport } from '../../feed/consumer.ts';
import type { LogReplay } from '../../log/replay.ts';
import type { NextIndex } from '../../search/port.ts';
import type { Ports } from '../ports.ts';

interface Drainer {
  drain(tenantId: string, deadline: Date): Promise<DrainReport>;
}

export interface RebuildPorts
  extends Pick<
    Ports,
    'log' | 'catalog' | 'consumers' | 'hot' | 'cold' | 'vectors' | 'embedder' | 'clock' | 'chainKey' | 'poke'
  > {
  replay: LogReplay;
  repair: CatalogRepair;
  next: NextIndex;
  /** The consumers of the log, as they run all the time. */
  projecting: Drainer;
  indexing: Drainer;
}

export const STEPS = ['verify', 'catalog', 'index', 'prove'] as const;
export type Step = (typeof STEPS)[number];

/** Told as a step goes on; `total` is what was counted at its beginning and may be passed while others write. */
export type Progress = (step: Step, done: number, total: number) => void;
