/** What the feed does to the map: moves and ends are drawn at once, new memories are offered, discoveries are read. */
import type { Signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { PatternMap } from '../../api/patterns.ts';
import { onBatch, resyncs } from '../../state/feed.ts';
import { forgetLines } from './contents.ts';
import { withEvents } from './live-map.ts';

/** A discovery finds many patterns at once: they are read together. */
const GATHER_MS = 400;

interface Fresh {
  /** Stored since the map was read. */
  count: number;
  take: () => void;
}

/** Keeps the map true, and reads all again where patterns were discovered. */
export function useMapEvents(map: Signal<PatternMap | undefined>, read: () => void): Fresh {
  const [fresh, setFresh] = useState(0);
  const latest = useRef(read);
  latest.current = read;
  const take = () => {
    setFresh(0);
    latest.current();
  };
  const { value: resynced } = resyncs;
  useEffect(() => {
    if (resynced > 0) take();
  }, [resynced]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onBatch(({ events }) => {
      const shown = map.value;
      if (shown) {
        const points = withEvents(shown.points, events);
        if (points !== shown.points) map.value = { points: [...points] };
      }
      forgetLines(events.flatMap(({ type, memory_id: id }) => (type === 'memory.updated' && id !== null ? [id] : [])));
      const stored = events.filter(({ type }) => type === 'memory.stored').length;
      if (stored > 0) setFresh((before) => before + stored);
      if (!events.some(({ type }) => type === 'pattern.discovered')) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        take();
      }, GATHER_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [map]);
  return { count: fresh, take };
}
