/** Patterns: what the memories have in common, on a map of their meaning. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { getMap, listPatterns, type MapPoint, type Pattern } from '../../api/patterns.ts';
import { Button } from '../../components/button.tsx';
import { count, plural } from '../../components/format.ts';
import { EmptyState, ErrorState, InlineError, Skeleton } from '../../components/states.tsx';
import { PageHead } from '../../shell/page-head.tsx';
import { followNow } from '../../state/now.ts';
import { useResource } from '../../state/resource.ts';
import { href, navigate, route } from '../../state/route.ts';
import '../../styles/series.css';
import { Discover } from './discover.tsx';
import { Legend } from './legend.tsx';
import { PatternMap } from './map.tsx';
import { paletteFor } from './palette.ts';
import { PatternList } from './pattern-list.tsx';
import './patterns.css';
import { useMapEvents } from './use-map-events.ts';

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
  const read = async () => {
    await Promise.all([patterns.load(), map.load()]);
  };
  const readAgain = () => void read();
  useEffect(followNow, []);
  const fresh = useMapEvents(map.data, read);
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
        <Discover onDone={readAgain} />
      </PageHead>
      {error !== undefined && map.data.value && (
        <InlineError error={error} what="The map could not be read again" onRetry={readAgain} />
      )}
      {error !== undefined && !map.data.value ? (
        <div class="card">
          <ErrorState error={error} what="The map could not be read" onRetry={readAgain} />
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
            {fresh.count > 0 && (
              <div class="map-fresh">
                <Button small onClick={fresh.take}>
                  Draw {count(fresh.count)} new
                </Button>
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
