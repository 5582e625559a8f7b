/** First of all the log is proved to be whole: nothing is built from one that somebody altered. */
import type { StandingPolicy } from '../../catalog/repair.ts';
import { faultOf } from '../../log/fold.ts';
import type { StoredSpace } from '../../spaces/port.ts';
import type { Progress, RebuildPorts } from './ports.ts';
import { walk } from './walk.ts';

const FAULTS_NAMED = 20;

/** What the log says of everything but memories: few, and small. */
export interface LogState {
  spaces: StoredSpace[];
  policies: StandingPolicy[];
}

/** The log does not verify; nothing was changed. */
export class BrokenLog extends Error {
  override readonly name = 'BrokenLog';

  constructor(tenantId: string, faults: readonly string[], count: number) {
    const named = faults.join('; ') + (count > faults.length ? `; and ${count - faults.length} more` : '');
    super(
      `The log of tenant "${tenantId}" does not verify, nothing was rebuilt: ${named}. Restore the events table from a backup, or check that AUREN_MASTER_KEY is the one that it was written under.`,
    );
  }
}

/** Throws BrokenLog, which names the streams. */
export async function verifyLog(ports: RebuildPorts, tenantId: string, progress: Progress): Promise<LogState> {
  const state: LogState = { spaces: [], policies: [] };
  const faults: string[] = [];
  let broken = 0;
  for await (const folds of walk(ports, tenantId, 'verify', progress)) {
    for (const one of folds) {
      const fault = faultOf(one);
      if (fault !== null) {
        broken += 1;
        if (faults.length < FAULTS_NAMED) faults.push(`${one.streamId}: ${fault}`);
      }
      if (one.space) state.spaces.push(one.space);
      if (one.policy) state.policies.push(one.policy);
    }
  }
  if (broken > 0) throw new BrokenLog(tenantId, faults, broken);
  return state;
}
