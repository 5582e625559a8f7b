/** What was found, kept while more or other is asked for, and kept true while events arrive. */
import { type Signal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { getMemories, listMemories, searchMemories } from '../../api/memories.ts';
import type { FeedEvent, Memory } from '../../api/types.ts';
import { onBatch, resyncs } from '../../state/feed.ts';
import { createResource, type Resource } from '../../state/resource.ts';
import { toastError } from '../../state/toasts.ts';
import { type Asked, ask, type Filters } from './filters.ts';
import { type ScorePart, scoreParts } from './score.ts';

export interface Row {
  memory: Memory;
  score?: number;
  parts?: ScorePart[];
  /** Ended while it was shown. */
  isGone?: boolean;
}

export interface Found {
  of: Asked;
  rows: Row[];
  nextCursor: string | null;
  /** Of a search. */
  tookMs?: number;
  degraded: readonly string[];
  truncated: boolean;
}

/** Rows that events have touched are read again at most so often. */
const REFRESH_EVERY_MS = 1_000;
const REFRESHED_MAX = 500;

export async function find(asked: Asked, abort: AbortSignal): Promise<Found> {
  if (asked.as === 'list') {
    const { memories, next_cursor: nextCursor } = await listMemories(asked.query, abort);
    return { of: asked, rows: memories.map((memory) => ({ memory })), nextCursor, degraded: [], truncated: false };
  }
  const { results, took_ms: tookMs, degraded, truncated } = await searchMemories(asked.body, abort);
  const rows = results.map(({ memory, score, explain = {} }) => ({ memory, score, parts: scoreParts(explain) }));
  return { of: asked, rows, nextCursor: null, tookMs, degraded, truncated };
}

export interface Finding {
  found: Resource<Found>;
  /** Stored since, of what the list would show. */
  fresh: Signal<number>;
  loadingMore: Signal<boolean>;
  more(): Promise<void>;
  reload(): void;
}

export function useFound(filters: Filters): Finding {
  const key = JSON.stringify(ask(filters));
  const finding = useMemo(createFinding, []);
  useEffect(() => {
    finding.ask(ask(filters));
  }, [finding, key]);
  useEffect(() => finding.follow(), [finding]);
  const { value: resynced } = resyncs;
  useEffect(() => {
    if (resynced > 0) finding.reload();
  }, [finding, resynced]);
  return finding;
}

function createFinding() {
  let asked: Asked | undefined;
  const fresh = signal(0);
  const loadingMore = signal(false);
  const found = createResource<Found>((abort) => {
    if (!asked) throw new Error('nothing was asked');
    return find(asked, abort);
  });
  const reload = () => {
    fresh.value = 0;
    void found.load();
  };
  return {
    found,
    fresh,
    loadingMore,
    reload,
    ask(next: Asked) {
      asked = next;
      reload();
    },
    async more() {
      const before = found.data.value;
      if (before?.of.as !== 'list' || before.nextCursor === null || loadingMore.value) return;
      loadingMore.value = true;
      try {
        const page = await listMemories({ ...before.of.query, cursor: before.nextCursor });
        if (found.data.value?.of !== before.of) return;
        const rows = [...found.data.value.rows, ...page.memories.map((memory) => ({ memory }))];
        found.data.value = { ...before, rows, nextCursor: page.next_cursor };
      } catch (error) {
        toastError(error);
      } finally {
        loadingMore.value = false;
      }
    },
    /** Follows the feed; answers how to stop. */
    follow() {
      const touched = new Set<string>();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const refresh = async () => {
        timer = undefined;
        const ids = [...touched].slice(0, REFRESHED_MAX);
        touched.clear();
        try {
          const read = new Map((await getMemories(ids)).map((memory) => [memory.id, memory]));
          const now = found.data.value;
          if (now) found.data.value = { ...now, rows: now.rows.map((row) => refreshed(row, ids, read)) };
        } catch (error) {
          toastError(error);
        }
      };
      const stop = onBatch(({ events }) => {
        const now = found.data.value;
        if (!now) return;
        const shown = new Set(now.rows.map(({ memory }) => memory.id));
        for (const event of events) {
          if (event.memory_id !== null && shown.has(event.memory_id)) touched.add(event.memory_id);
          else if (event.type === 'memory.stored' && wouldList(now.of, event)) fresh.value += 1;
        }
        if (touched.size > 0) timer ??= setTimeout(() => void refresh(), REFRESH_EVERY_MS);
      });
      return () => {
        stop();
        clearTimeout(timer);
      };
    },
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
