/** The retention score over the coming year if the memory is not used. */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Retention } from '../../api/memories.ts';
import { shownTheme } from '../../state/theme.ts';

type Points = Retention['points'];

const HEIGHT = 168;
const DAY_MS = 86_400_000;
const SPLITS = [0, 90, 180, 270, 365];
const DAYS_A_MONTH = 30;

const written = (score: number): string => score.toFixed(1).replace('-', '−');

function inWords(days: number): string {
  if (days < 1) return 'now';
  if (days < DAYS_A_MONTH * 2) return `in ${Math.round(days)} days`;
  return days >= 365 ? 'in a year' : `in ${Math.round(days / DAYS_A_MONTH)} months`;
}

const daysOf = (points: Points): number[] => {
  const start = Date.parse(points[0]?.at ?? '');
  return points.map(({ at }) => (Date.parse(at) - start) / DAY_MS);
};

export function FadeChart({ points }: { points: Points }) {
  const place = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const { value: theme } = shownTheme;
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const chart = new uPlot(optionsFor(element, setAt), dataOf(points), element);
    const fit = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    fit.observe(element);
    return () => {
      fit.disconnect();
      chart.destroy();
    };
  }, [points, theme]);
  const days = daysOf(points);
  const told = at ?? points.length - 1;
  const point = points[told];
  return (
    <figure class="fade">
      <div ref={place} class="fade-plot" aria-hidden="true" />
      <figcaption class="small num">
        <span class="muted">If it is not used: </span>
        <span aria-hidden="true">{point && `${written(point.score)} ${inWords(days[told] ?? 0)}`}</span>
        <span class="sr-only">
          {points.map(({ score }, n) => `${written(score)} ${inWords(days[n] ?? 0)}`).join(', ')}
        </span>
      </figcaption>
    </figure>
  );
}

const dataOf = (points: Points): uPlot.AlignedData => [daysOf(points), points.map(({ score }) => score)];

function optionsFor(element: HTMLElement, onCursor: (index: number | null) => void): uPlot.Options {
  const token = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
  const font = `12px ${token('--font')}`;
  const axis = {
    stroke: token('--ink-3'),
    font,
    grid: { stroke: token('--line'), width: 1 },
    ticks: { show: false },
  };
  const line = token('--of-tier');
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 14, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 9, fill: line, stroke: token('--surface'), width: 2 },
    },
    scales: { x: { time: false }, y: { range: (_, low, high) => roomAround(low, high) } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        splits: () => SPLITS,
        values: (_, splits) =>
          splits.map((days) => (days === 0 ? 'now' : days === 365 ? '1 yr' : `${days / DAYS_A_MONTH} mo`)),
      },
      { ...axis, size: 34, space: 34, values: (_, splits) => splits.map((score) => String(score).replace('-', '−')) },
    ],
    series: [
      {},
      {
        stroke: line,
        width: 2,
        fill: (chart) => fading(chart, line),
        fillTo: (chart) => chart.scales.y?.min ?? 0,
        ...(uPlot.paths.spline && { paths: uPlot.paths.spline() }),
        points: { show: true, size: 5, fill: line, stroke: line },
      },
    ],
    hooks: { setCursor: [({ cursor }) => onCursor(cursor.idx ?? null)] },
  };
}

/** Scores differ by a few nats: the line takes the height, with room above and below. */
function roomAround(low: number, high: number): [number, number] {
  const room = Math.max(0.5, (high - low) * 0.15);
  return [low - room, high + room];
}

function fading(chart: uPlot, color: string): CanvasGradient {
  const { top, height } = chart.bbox;
  const gradient = chart.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, `${color}38`);
  gradient.addColorStop(1, `${color}00`);
  return gradient;
}
