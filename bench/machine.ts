/** Where and under what conditions a run was made: figures without these say nothing. */
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

export interface Machine {
  cores: number;
  cpu: string;
  memoryGb: number;
  system: string;
  node: string;
  nodeOptions: string;
  /** Load average of the last minute, when asked: above the number of cores others were at work. */
  load: number;
}

const BYTES_PER_GB = 2 ** 30;

export const describeMachine = (): Machine => ({
  cores: availableParallelism(),
  cpu: cpus()[0]?.model ?? 'unknown',
  memoryGb: Math.round(totalmem() / BYTES_PER_GB),
  system: `${process.platform} ${release()} ${process.arch}`,
  node: process.version,
  nodeOptions: [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').trim(),
  load: Number(loadavg()[0]?.toFixed(2)),
});
