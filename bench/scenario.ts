/** One thing that is measured, and the floor that it is compared with. */
export interface Scenario {
  /** For `--only`. */
  name: string;
  title: string;
  /** What `perSecond` counts; a call handles `perCall` of them. */
  unit: 'memories' | 'searches';
  perCall: number;
  /** Callers at once in the throughput part. */
  callers: number;
  goals: Goals;
  floorTitle: string;
  /** Brings about what the scenario relies on. */
  prepare?(): Promise<void>;
  /** The n-th call. Throws where the answer is not what was asked for; a degraded answer is counted, not hidden. */
  call(n: number): Promise<Answer>;
  floor(n: number): Promise<void>;
}

export interface Goals {
  p99Ms?: number;
  perSecond?: number;
}

export type Answer = 'whole' | 'degraded';

export function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`benchmark: ${what}`);
}

export const at = <T>(items: readonly T[], n: number): T => {
  const item = items[n % items.length];
  if (item === undefined) throw new RangeError('nothing to measure with');
  return item;
};
