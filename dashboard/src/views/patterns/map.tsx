/** The map of the embedding space. What lies near each other is alike; the list beside it says the same to a keyboard. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { MapPoint, Pattern } from '../../api/patterns.ts';
import { plural } from '../../components/format.ts';
import { TierTag } from '../../components/tier.tsx';
import { memoryHref, navigate } from '../../state/route.ts';
import { shownTheme } from '../../state/theme.ts';
import { shortened } from '../memories/content.ts';
import { lines, wantLines } from './contents.ts';
import { draw } from './draw.ts';
import { useGlide } from './glide.ts';
import { NO_PATTERN } from './palette.ts';
import { boxIn, fitted, nearest, type Place, radiusFor } from './scale.ts';

const REACH = 14;
/** A finger is less exact. */
const TOUCH_REACH = 26;
const LABEL_WIDTH = 260;
const LINE_CHARACTERS = 130;

interface Props {
  points: readonly MapPoint[];
  patterns: readonly Pattern[];
  palette: ReadonlyMap<string, string>;
  /** A pattern's id, or null for what belongs to none. */
  chosen: string | null | undefined;
  /** The pattern that fills the map, if one does. */
  zoomed: string | null | undefined;
  /** A memory that a link beside the map has under focus. */
  pointedAt: string | undefined;
}

export function PatternMap({ points, patterns, palette, chosen, zoomed, pointedAt }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame);
  const [hovered, setHovered] = useState(-1);
  const { value: theme } = shownTheme;
  const target = useMemo(() => {
    const within = zoomed === undefined ? points : points.filter((point) => point.pattern_id === zoomed);
    return points.map(fitted(within.length === 0 ? points : within, boxIn(size)));
  }, [points, size, zoomed]);
  const resized = useRef(size);
  const places = useGlide(target, resized.current !== size);
  resized.current = size;
  const pointed = pointedAt === undefined ? -1 : points.findIndex(({ memory_id: id }) => id === pointedAt);
  const marked = hovered >= 0 ? hovered : pointed;
  useEffect(() => {
    if (!canvas.current || size.width === 0) return;
    const styles = getComputedStyle(canvas.current);
    const token = (name: string) => styles.getPropertyValue(name).trim();
    const resolved = new Map([...palette].map(([id, color]) => [id, token(color.slice(4, -1))]));
    const ink = token('--ink');
    const none = token(NO_PATTERN.slice(4, -1));
    draw(canvas.current, size, {
      points,
      places,
      radius: radiusFor(points.length, size),
      // The list names the chosen one.
      named: chosen === undefined ? patterns.filter(({ id }) => palette.get(id) !== NO_PATTERN) : [],
      font: `600 12px ${token('--font')}`,
      colorOf(id) {
        if (id === null) return none;
        // Among points that step back, gray ones would not stand out.
        return id === chosen && palette.get(id) === NO_PATTERN ? ink : (resolved.get(id) ?? none);
      },
      ink,
      surface: token('--surface'),
      isLit: (point) => chosen === undefined || point.pattern_id === chosen,
      marked,
    });
  }, [points, places, patterns, palette, chosen, marked, size, theme]);

  const pointAt = (event: PointerEvent | MouseEvent): number => {
    const bounds = canvas.current?.getBoundingClientRect();
    if (!bounds) return -1;
    const isTouch = 'pointerType' in event && event.pointerType === 'touch';
    const at = { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
    return nearest(places, at, isTouch ? TOUCH_REACH : REACH);
  };
  const shown = points[marked];
  const at = places[marked];
  return (
    <div ref={frame} class="map-frame">
      <canvas
        ref={canvas}
        class={hovered >= 0 ? 'over' : undefined}
        role="img"
        aria-label={`${plural(points.length, 'memory', 'memories')} on a plane, the alike near each other. The list of patterns names them.`}
        onPointerMove={(event) => setHovered(pointAt(event))}
        onPointerLeave={() => setHovered(-1)}
        onClick={(event) => {
          const point = points[pointAt(event)];
          if (point) navigate(memoryHref(point.memory_id));
        }}
      />
      {shown && at && (
        <Label point={shown} pattern={patterns.find(({ id }) => id === shown.pattern_id)} at={at} within={size} />
      )}
    </div>
  );
}

interface Size {
  width: number;
  height: number;
}

function useSize(frame: { current: HTMLElement | null }): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return size;
}

interface LabelProps {
  point: MapPoint;
  pattern: Pattern | undefined;
  at: Place;
  within: Size;
}

function Label({ point, pattern, at, within }: LabelProps) {
  const { memory_id: id } = point;
  useEffect(() => {
    wantLines([id]);
  }, [id]);
  const line = lines.value.get(id);
  const left = Math.max(0, Math.min(within.width - LABEL_WIDTH, at.x - LABEL_WIDTH / 2));
  const isBelow = at.y < within.height / 2;
  const vertical = isBelow ? { top: `${at.y + 18}px` } : { bottom: `${within.height - at.y + 18}px` };
  return (
    <div
      class="map-label"
      style={{ left: `${left}px`, width: `${Math.min(LABEL_WIDTH, within.width)}px`, ...vertical }}
    >
      <p class="map-label-line">
        {line === undefined ? '…' : line === null ? 'It is gone.' : shortened(line, LINE_CHARACTERS)}
      </p>
      <p class="row-about">
        <TierTag tier={point.tier} />
        <span>{point.type}</span>
        {pattern && <span>{pattern.label}</span>}
      </p>
    </div>
  );
}
