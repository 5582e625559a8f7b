/** Points that glide to where they belong: the eye keeps hold of them when the map zooms. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Place } from './scale.ts';

const GLIDE_MS = 320;
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

/** Starts fast and settles. */
const eased = (share: number): number => 1 - (1 - share) ** 3;

/** `places` at once where their number changed or `isSteady`, else over a third of a second. */
export function useGlide(places: readonly Place[], isSteady: boolean): readonly Place[] {
  const shown = useRef(places);
  const [, redraw] = useState(0);
  const mayGlide = !isSteady && shown.current.length === places.length && !calm.matches;
  if (!mayGlide) shown.current = places;
  useEffect(() => {
    const from = shown.current;
    if (from === places) return;
    const start = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      const share = Math.min(1, Math.max(0, (now - start) / GLIDE_MS));
      shown.current = share === 1 ? places : between(from, places, eased(share));
      redraw((times) => times + 1);
      if (share < 1) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [places]);
  return shown.current;
}

const between = (from: readonly Place[], to: readonly Place[], share: number): Place[] =>
  to.map((place, index) => {
    const { x, y } = from[index] ?? place;
    return { x: x + (place.x - x) * share, y: y + (place.y - y) * share };
  });
