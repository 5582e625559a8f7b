/** The process id of each engine beside its data, so that the next run finds what a killed one has left behind. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gone, identify, stillRunning } from './processes.ts';
import { EngineError, type Log } from './types.ts';

interface Owner {
  name: string;
  dataDir: string;
  stopSignal: NodeJS.Signals;
}

const ORPHAN_STOPS_WITHIN_MS = 6_000;
const KILL_TAKES_MS = 2_000;

const fileOf = (owner: Owner) => `${owner.dataDir}.pid`;

export function recordPid(owner: Owner, pid: number): void {
  writeFileSync(fileOf(owner), identify(pid));
}

export function forgetPid(owner: Owner): void {
  rmSync(fileOf(owner), { force: true });
}

/** Ends an engine that a killed run has left behind on these data. The caller holds the lock of the directory. */
export async function adoptOrphan(owner: Owner, log: Log): Promise<void> {
  const pid = orphanOf(owner);
  if (pid === undefined) return;
  log(`${owner.name}: stopping process ${pid}, left behind by an earlier run`);
  process.kill(pid, owner.stopSignal);
  if (!(await gone(pid, ORPHAN_STOPS_WITHIN_MS))) {
    process.kill(pid, 'SIGKILL');
    if (!(await gone(pid, KILL_TAKES_MS))) {
      throw new EngineError(
        `${owner.name}: process ${pid} of an earlier run cannot be stopped. End it and start again.`,
      );
    }
  }
  forgetPid(owner);
}

function orphanOf(owner: Owner): number | undefined {
  try {
    return stillRunning(readFileSync(fileOf(owner), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
