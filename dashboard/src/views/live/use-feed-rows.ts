/** The rows on show: history over HTTP, then what arrives; a pause holds new rows back and counts them. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { newestEvents } from '../../api/feed.ts';
import type { FeedEvent } from '../../api/types.ts';
import { narrowFeed, onBatch, resyncs } from '../../state/feed.ts';
import { type Chosen, logFilter, passes, socketFilter } from './filter.ts';
import { ROWS_MAX, withNewest, withOlder } from './rows.ts';

const PAGE = 100;

export interface FeedRows {
  rows: readonly FeedEvent[];
  /** Came while paused. */
  held: number;
  recovered: number;
  loading: boolean;
  error: unknown;
  reload: () => void;
  older: () => void;
}

export function useFeedRows(chosen: Chosen, paused: boolean): FeedRows {
  const [rows, setRows] = useState<readonly FeedEvent[]>([]);
  const [held, setHeld] = useState<readonly FeedEvent[]>([]);
  const [recovered, setRecovered] = useState(0);
  const [loading, setLoading] = useState(true);
  const [error, setError] = useState<unknown>(undefined);
  const [attempt, setAttempt] = useState(0);
  const before = useRef<string | null>(null);
  const fetching = useRef<AbortController>(undefined);
  const isPaused = useRef(paused);
  isPaused.current = paused;

  const fetchPage = (from: string | null) => {
    const filter = logFilter(chosen);
    if (filter === null) {
      setLoading(false);
      return;
    }
    fetching.current?.abort();
    const mine = new AbortController();
    fetching.current = mine;
    setLoading(true);
    newestEvents(filter, PAGE, from, mine.signal).then(
      ({ events, next_cursor }) => {
        fetching.current = undefined;
        before.current = next_cursor;
        setRows((present) => withOlder(present, events));
        setError(undefined);
        setLoading(false);
      },
      (failure: unknown) => {
        if (mine.signal.aborted) return;
        fetching.current = undefined;
        setError(failure);
        setLoading(false);
      },
    );
  };

  useEffect(() => {
    setRows([]);
    setHeld([]);
    before.current = null;
    fetchPage(null);
    const restore = narrowFeed(socketFilter(chosen));
    const stop = onBatch((batch) => {
      const shown = [...batch.events, ...batch.ephemeral].filter((event) => passes(chosen, event));
      if (batch.recovered > 0) setRecovered((total) => total + batch.recovered);
      if (shown.length === 0) return;
      if (isPaused.current) setHeld((waiting) => [...waiting, ...shown].slice(-ROWS_MAX));
      else setRows((present) => withNewest(present, shown));
    });
    return () => {
      stop();
      restore();
      fetching.current?.abort();
    };
  }, [chosen, attempt, resyncs.value]);
  useEffect(() => {
    if (paused || held.length === 0) return;
    setRows((present) => withNewest(present, held));
    setHeld([]);
  }, [paused, held]);

  return {
    rows,
    held: held.length,
    recovered,
    loading,
    error,
    reload: () => setAttempt((times) => times + 1),
    older: () => {
      if (before.current !== null && fetching.current === undefined) fetchPage(before.current);
    },
  };
}
