/** What the points and patterns say, by memory id: read when it is first looked at, several at once, and kept. */
import { signal } from '@preact/signals';
import { getMemories } from '../../api/memories.ts';
import { lineOf } from '../memories/content.ts';

/** One look passes over many points: those of a moment are one request. */
const GATHER_MS = 60;
const IDS_MAX = 200;

/** Id -> its line; null where it is gone or may not be read. */
export const lines = signal<ReadonlyMap<string, string | null>>(new Map());

const wanted = new Set<string>();
const asked = new Set<string>();
let isGathering = false;

export function wantLines(ids: readonly string[]): void {
  for (const id of ids) if (!lines.value.has(id) && !asked.has(id)) wanted.add(id);
  gather();
}

function gather(): void {
  if (isGathering || wanted.size === 0) return;
  isGathering = true;
  setTimeout(() => void read(), GATHER_MS);
}

/** After a change its line is read again. */
export function forgetLines(ids: Iterable<string>): void {
  const kept = new Map(lines.value);
  for (const id of ids) kept.delete(id);
  if (kept.size < lines.value.size) lines.value = kept;
}

async function read(): Promise<void> {
  isGathering = false;
  const ids = [...wanted].slice(0, IDS_MAX);
  for (const id of ids) {
    wanted.delete(id);
    asked.add(id);
  }
  try {
    const found = new Map((await getMemories(ids)).map(({ id, content }) => [id, lineOf(content)]));
    lines.value = new Map([...lines.value, ...ids.map((id) => [id, found.get(id) ?? null] as const)]);
  } catch (error) {
    // The label says less, and asks again the next time it is shown.
    console.warn('the lines of memories could not be read', error);
  } finally {
    for (const id of ids) asked.delete(id);
    gather();
  }
}
