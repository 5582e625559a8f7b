/** What the feed does to the map: moves and ends are drawn at once, new memories are offered, discoveries are read. */
import type { Signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { PatternMap } from '../../api/patterns.ts';
import { onBatch, resyncs } from '../../state/feed.ts';
import { paced } from '../../state/paced.ts';
import { forgetLines } from './contents.ts';
import { withEvents } from './live-map.ts';

/** A discovery finds many patterns at once: they are read together. A map takes a second to make. */
const PACE = { gatherMs: 400, restMs: 5_000 };

interface Fresh {
  /** Stored since the map was read. */
  count: number;
  take: () => void;
}

/** Keeps the map true, and reads all again where patterns were discovered. */
export function useMapEvents(map: Signal<PatternMap | undefined>, read: () => Promise<void>): Fresh {
  const [fresh, setFresh] = useState(0);
  const latest = useRef(read);
  latest.current = read;
  const take = () => {
    setFresh(0);
    return latest.current();
  };
  const { value: resynced } = resyncs;
  useEffect(() => {
    if (resynced > 0) void take();
  }, [resynced]);
  useEffect(() => {
    const { nudge, stop } = paced(take, PACE);
    const stopListening = onBatch(({ events }) => {
      const shown = map.value;
      if (shown) {
        const points = withEvents(shown.points, events);
        if (points !== shown.points) map.value = { points: [...points] };
      }
      forgetLines(events.flatMap(({ type, memory_id: id }) => (type === 'memory.updated' && id !== null ? [id] : [])));
      const stored = events.filter(({ type }) => type === 'memory.stored').length;
      if (stored > 0) setFresh((before) => before + stored);
      if (events.some(({ type }) => type === 'pattern.discovered')) nudge();
    });
    return () => {
      stopListening();
      stop();
    };
  }, [map]);
  return { count: fresh, take: () => void take() };
}
