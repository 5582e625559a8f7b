/**
 * Which process a recorded id means. Process ids are used again (in a container right after a restart), so a record
 * holds the start time as well, where the system tells it.
 */
import { readFileSync } from 'node:fs';

/** Field 22 of /proc/<pid>/stat, counted after the command name, which may hold spaces. */
const START_TIME_FIELD = 19;

/** `<pid> <start time>`, to be written into a lock or pid file. */
export function identify(pid: number): string {
  return `${pid} ${startTime(pid)}`.trim();
}

/** The process id of a record made by `identify`, if that very process still runs. */
export function stillRunning(record: string): number | undefined {
  const pid = Number.parseInt(record, 10);
  if (!(pid > 0) || !isAlive(pid)) return undefined;
  return identify(pid) === record.trim() ? pid : undefined;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    // EPERM: it runs, as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command of a process, where the system tells it (Linux); '' elsewhere. */
export function commandOf(pid: number): string {
  return readProc(pid, 'cmdline').replaceAll('\0', ' ');
}

/** Waits until the process is gone; false if it is still there after the given time. */
export async function gone(pid: number, within_ms: number): Promise<boolean> {
  const deadline = Date.now() + within_ms;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

function startTime(pid: number): string {
  return statFields(pid)[START_TIME_FIELD] ?? '';
}

/** In a container without an init process a dead orphan stays in the table for good. */
function isZombie(pid: number): boolean {
  return statFields(pid)[0] === 'Z';
}

function statFields(pid: number): string[] {
  const stat = readProc(pid, 'stat');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readProc(pid: number, name: 'stat' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return ''; // No /proc on this system, or the process has just ended: both mean "not told".
  }
}
