/** The figures of the whole memory: read over HTTP now and then, and the tiers' counts carried on by the events in between. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { getHealth, getStats } from '../api/overview.ts';
import type { FeedEvent, TierCounts } from '../api/types.ts';
import { onBatch } from './feed.ts';
import { createResource } from './resource.ts';
import { counted, type Move, moveOf } from './tally.ts';

const STATS_EVERY_MS = 10_000;

export const stats = createResource((abort) => getStats(abort));
export const health = createResource((abort) => getHealth(abort));
export const tierCounts = signal<TierCounts>({ hot: 0, warm: 0, cold: 0 });

async function refresh(): Promise<void> {
  await Promise.all([stats.load(), health.load()]);
  if (stats.data.value) tierCounts.value = stats.data.value.tier_distribution;
}

/** Keeps the figures fresh while a view shows them; `onMoves` gets what moved since the last frame. */
export function useLiveStats(onMoves: (moves: readonly Move[], ephemeral: readonly FeedEvent[]) => void): void {
  useEffect(() => {
    void refresh();
    const timer = setInterval(() => void refresh(), STATS_EVERY_MS);
    const stop = onBatch(({ events, ephemeral }) => {
      const moves = events.map(moveOf).filter((move) => move !== undefined);
      if (moves.length > 0) tierCounts.value = counted(tierCounts.value, moves);
      onMoves(moves, ephemeral);
    });
    return () => {
      clearInterval(timer);
      stop();
      stats.abort();
      health.abort();
    };
  }, [onMoves]);
}

export const refreshStats = (): void => void refresh();
