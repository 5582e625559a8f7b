/** One tenant's sweep under way: its ports, its time and its lease. */
import { type Instant, instant } from '../../clock.ts';
import { AurenError } from '../../errors.ts';
import { SWEEP } from '../../feed/names.ts';
import type { ChangeContext } from '../../log/change.ts';
import type { ControlPorts } from '../control/apply.ts';
import type { Ports } from '../ports.ts';
import type { SweepTally } from './report.ts';

export type SweepPorts = ControlPorts &
  Pick<Ports, 'consumers' | 'recalls' | 'queries' | 'hotCapacity' | 'predictiveWarming'>;

/** Each batch is one commit of well under 500 ms: an open transaction keeps every consumer waiting. */
export const BATCH = 200;
/** A sweep that died is replaced after this. */
export const LEASE_MS = 60_000;
const RENEW_AFTER_MS = LEASE_MS / 4;

export interface SweepRun {
  ports: SweepPorts;
  tenantId: string;
  tally: SweepTally;
  now(): Instant;
  context(): ChangeContext;
  /** To be asked before each batch: false where the time is over. Keeps the lease; throws `in_progress` where it was lost. */
  goesOn(): Promise<boolean>;
  /** Whether `goesOn` has said no. */
  isCut(): boolean;
  /** Whether it has written events. */
  hasWritten(): boolean;
}

export function sweepRun(
  ports: SweepPorts,
  { tenantId, owner, deadline, tally }: { tenantId: string; owner: string; deadline: Date; tally: SweepTally },
): SweepRun {
  const { log, consumers, clock, rules, chainKey } = ports;
  let renewedMs = Date.now();
  let cut = false;
  let written = false;
  const now = () => instant(clock.now());
  const counting: SweepPorts['log'] = {
    ...log,
    async commit(commit) {
      const result = await log.commit(commit);
      tally.count(commit.events);
      written ||= commit.events.length > 0;
      return result;
    },
  };
  return {
    ports: { ...ports, log: counting },
    tenantId,
    tally,
    now,
    context: () => ({
      chainKey,
      rules,
      tenantId,
      actor: 'system:migrate-tiers',
      requestId: 'migrate-tiers',
      now: now(),
    }),
    async goesOn() {
      if (Date.now() >= deadline.getTime()) cut = true;
      if (cut) return false;
      if (Date.now() - renewedMs > RENEW_AFTER_MS) {
        if (!(await consumers.advance(SWEEP, tenantId, owner, '', LEASE_MS))) {
          throw new AurenError('in_progress', 'The sweep lost its lease on a tenant; another one goes on.');
        }
        renewedMs = Date.now();
      }
      return true;
    },
    isCut: () => cut,
    hasWritten: () => written,
  };
}
