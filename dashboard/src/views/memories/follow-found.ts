/** Keeps what was found true while events arrive: rows that they touch are read again, what is new is counted. */
import type { Signal } from '@preact/signals';
import { getMemories } from '../../api/memories.ts';
import type { FeedEvent, Memory } from '../../api/types.ts';
import { onBatch } from '../../state/feed.ts';
import { paced } from '../../state/paced.ts';
import type { Resource } from '../../state/resource.ts';
import type { Asked } from './filters.ts';
import type { Found, Row } from './found.ts';

const PACE = { gatherMs: 400, restMs: 1_000 };
/** As many as one request takes. */
const READ_MAX = 500;

/** Answers how to stop. */
export function followFound(found: Resource<Found>, fresh: Signal<number>): () => void {
  const touched = new Set<string>();
  const { nudge, stop } = paced(async () => {
    const ids = [...touched].slice(0, READ_MAX);
    touched.clear();
    try {
      const read = new Map((await getMemories(ids)).map((memory) => [memory.id, memory]));
      const now = found.data.value;
      if (now) found.data.value = { ...now, rows: now.rows.map((row) => refreshed(row, ids, read)) };
    } catch (error) {
      found.error.value = error;
    }
  }, PACE);
  const stopListening = onBatch(({ events }) => {
    const now = found.data.value;
    if (!now) return;
    const shown = new Set(now.rows.map(({ memory }) => memory.id));
    for (const event of events) {
      if (event.memory_id !== null && shown.has(event.memory_id)) touched.add(event.memory_id);
      else if (event.type === 'memory.stored' && wouldList(now.of, event)) fresh.value += 1;
    }
    if (touched.size > 0) nudge();
  });
  return () => {
    stopListening();
    stop();
  };
}

function refreshed(row: Row, asked: readonly string[], read: ReadonlyMap<string, Memory>): Row {
  if (!asked.includes(row.memory.id)) return row;
  const memory = read.get(row.memory.id);
  return memory ? { ...row, memory } : { ...row, isGone: true };
}

function wouldList(asked: Asked, event: FeedEvent): boolean {
  if (asked.as === 'search') return false;
  const { agent_id: agent, user_id: user, type, tier } = asked.query;
  const passes = (wanted: unknown, is: string | null) => wanted === undefined || wanted === '' || wanted === is;
  return (
    passes(agent, event.agent_id) &&
    passes(user, event.user_id) &&
    passes(type, event.memory_type) &&
    passes(tier, event.tier)
  );
}
