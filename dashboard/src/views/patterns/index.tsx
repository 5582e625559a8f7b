/** Patterns: what the memories have in common, on a map of their meaning. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { getMap, listPatterns, type MapPoint, type Pattern } from '../../api/patterns.ts';
import { Button } from '../../components/button.tsx';
import { count, plural } from '../../components/format.ts';
import { EmptyState, ErrorState, InlineError, Skeleton } from '../../components/states.tsx';
import { PageHead } from '../../shell/page-head.tsx';
import { onBatch, resyncs } from '../../state/feed.ts';
import { followNow } from '../../state/now.ts';
import { useResource } from '../../state/resource.ts';
import { href, navigate, route } from '../../state/route.ts';
import '../../styles/series.css';
import { forgetLines } from './contents.ts';
import { Discover } from './discover.tsx';
import { Legend } from './legend.tsx';
import { withEvents } from './live-map.ts';
import { PatternMap } from './map.tsx';
import { paletteFor } from './palette.ts';
import { PatternList } from './pattern-list.tsx';
import './patterns.css';

/** A discovery finds many patterns at once: they are read together. */
const GATHER_MS = 400;
const NO_POINTS: readonly MapPoint[] = [];
const NO_PATTERNS: readonly Pattern[] = [];

const NONE = 'none';

/** Kept in the address, so that the way back from a memory leads to the same map. */
function chosenIn(params: URLSearchParams): string | null | undefined {
  const pattern = params.get('pattern');
  return pattern === NONE ? null : (pattern ?? undefined);
}

const choose = (id: string | null | undefined) =>
  navigate(href('patterns', [], { pattern: id === null ? NONE : id }), { replace: true });

export default function Patterns() {
  const patterns = useResource(listPatterns, []);
  const map = useResource(getMap, []);
  const chosen = chosenIn(route.value.params);
  const [isZoomed, setZoomed] = useState(false);
  const [pointedAt, pointAt] = useState<string | undefined>(undefined);
  const read = () => {
    void patterns.load();
    void map.load();
  };
  useEffect(followNow, []);
  const fresh = useEvents(map.data, read);
  const found = patterns.data.value?.patterns;
  const points = map.data.value?.points ?? NO_POINTS;
  const palette = useMemo(() => paletteFor(found ?? NO_PATTERNS), [found]);
  const drawn = useMemo(() => new Set(points.map((point) => point.pattern_id)), [points]);
  const loose = useMemo(
    () => points.filter((point) => point.pattern_id === null).map((point) => point.memory_id),
    [points],
  );
  const error = map.error.value ?? patterns.error.value;
  const isEmpty = map.data.value !== undefined && points.length === 0;
  return (
    <div class="patterns-view">
      <PageHead title="Patterns" about="What lies near each other is alike in meaning, whoever stored it.">
        <Discover onDone={read} />
      </PageHead>
      {error !== undefined && map.data.value && (
        <InlineError error={error} what="The map could not be read again" onRetry={read} />
      )}
      {error !== undefined && !map.data.value ? (
        <div class="card">
          <ErrorState error={error} what="The map could not be read" onRetry={read} />
        </div>
      ) : isEmpty ? (
        <div class="card">
          <EmptyState title="Nothing to map yet">
            Store memories: within seconds each is given its place by what it means. Then “Discover now” looks for
            groups of at least three that are alike.
          </EmptyState>
        </div>
      ) : (
        <div class="patterns">
          <section class="card map-card" aria-label="Map" aria-busy={map.loading.value}>
            <header>
              <h2>{map.data.value ? headline(points.length) : <Skeleton width="7rem" />}</h2>
              <span class="map-side">
                {fresh.count > 0 && (
                  <Button small onClick={fresh.take}>
                    Draw {count(fresh.count)} new
                  </Button>
                )}
                {chosen !== undefined && (
                  <Button small kind="quiet" pressed={isZoomed} onClick={() => setZoomed(!isZoomed)}>
                    Zoom in
                  </Button>
                )}
                <Legend />
              </span>
            </header>
            {map.data.value ? (
              <PatternMap
                {...{ points, palette, chosen, pointedAt }}
                zoomed={isZoomed ? chosen : undefined}
                patterns={found ?? NO_PATTERNS}
              />
            ) : (
              <div class="map-frame">
                <Skeleton height="100%" />
              </div>
            )}
          </section>
          <section class="card list-card" aria-label="Patterns">
            <header>
              <h2 aria-live="polite">{found ? plural(found.length, 'pattern') : <Skeleton width="6rem" />}</h2>
              {chosen !== undefined && (
                <Button small kind="quiet" onClick={() => choose(undefined)}>
                  Show all
                </Button>
              )}
            </header>
            {found?.length === 0 && (
              <p class="muted">
                None found yet. “Discover now” looks for groups of memories that are alike; a lower similarity finds
                more.
              </p>
            )}
            {found ? (
              <PatternList {...{ palette, loose, chosen, choose, pointAt }} patterns={found} drawn={drawn} />
            ) : (
              <Skeleton height="20rem" />
            )}
          </section>
        </div>
      )}
    </div>
  );
}

/** As many as a map has. */
const POINTS_MAX = 2_000;

const headline = (points: number): string =>
  points < POINTS_MAX ? plural(points, 'memory', 'memories') : `The newest ${count(points)} memories`;

interface Fresh {
  /** Stored since the map was read. */
  count: number;
  take: () => void;
}

/** Keeps the map true, and reads all again where patterns were discovered. */
function useEvents(
  map: ReturnType<typeof useResource<Awaited<ReturnType<typeof getMap>>>>['data'],
  read: () => void,
): Fresh {
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
