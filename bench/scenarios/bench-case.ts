/** What every scenario is made from. */
import type { Floors } from '../floors.ts';
import type { Seeded } from '../seed.ts';
import type { Stage } from '../stage.ts';

export interface Bench {
  stage: Stage;
  seeded: Seeded;
  floors: Floors;
  /** Renews the lease under which hot copies are believed. */
  renewLease(): Promise<void>;
}

export const CALLERS = 16;
