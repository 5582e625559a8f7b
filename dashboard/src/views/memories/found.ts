/** What was found, kept while more or other is asked for, and kept true while events arrive. */
import { type Signal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { listMemories, searchMemories } from '../../api/memories.ts';
import type { Memory } from '../../api/types.ts';
import { resyncs } from '../../state/feed.ts';
import { createResource, type Resource } from '../../state/resource.ts';
import { toastError } from '../../state/toasts.ts';
import { type Asked, ask, type Filters } from './filters.ts';
import { followFound } from './follow-found.ts';
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
    follow: () => followFound(found, fresh),
  };
}
