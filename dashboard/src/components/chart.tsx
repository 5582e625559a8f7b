/** A small chart over time: uPlot in the page's colors, drawn again when size or theme change. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { shownTheme } from '../state/theme.ts';

export interface Line {
  label: string;
  /** A token, such as `--hot`. */
  color: string;
  filled?: boolean;
}

export interface ChartProps {
  /** Read to those who do not see it. */
  summary: string;
  lines: readonly Line[];
  /** Seconds since 1970, then the values of each line. */
  data: uPlot.AlignedData;
  /** How far back it looks. */
  windowSeconds: number;
  format: (value: number) => string;
}

const HEIGHT = 168;
const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function optionsFor({ lines, windowSeconds, format }: ChartProps, width: number): uPlot.Options {
  const font = `11px ${token('--font')}`;
  const grid = { stroke: token('--line'), width: 1, dash: [2, 4] };
  const axis = { stroke: () => token('--ink-3'), font, ticks: { show: false } };
  return {
    width,
    height: HEIGHT,
    padding: [10, 4, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, range: (_plot, _min, max) => [max - windowSeconds, max] },
      y: { range: (_plot, _min, max) => [0, Math.max(max * 1.15, 1)] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 26, space: 80, values: (_plot, ticks) => ticks.map(timeLabel) },
      { ...axis, grid, size: 52, space: 44, values: (_plot, ticks) => ticks.map(format) },
    ],
    series: [
      {},
      ...lines.map(({ label, color, filled }) => ({
        label,
        stroke: token(color),
        width: 1.75,
        spanGaps: true,
        points: { show: false },
        ...(filled && { fill: `color-mix(in srgb, ${token(color)} 14%, transparent)` }),
      })),
    ],
  };
}

const timeLabel = (seconds: number) =>
  new Date(seconds * 1_000).toLocaleTimeString('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
  });

export function Chart(props: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const theme = shownTheme.value;

  useEffect(() => {
    if (!place.current) return;
    const around = place.current;
    const made = new uPlot(optionsFor(props, around.clientWidth), props.data, around);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: around.clientWidth, height: HEIGHT }));
    watch.observe(around);
    return () => {
      watch.disconnect();
      made.destroy();
    };
  }, [theme]);
  useEffect(() => plot.current?.setData(props.data), [props.data]);
  return <div class="chart" ref={place} role="img" aria-label={props.summary} />;
}

export function Legend({ lines }: { lines: readonly (Line & { value?: string })[] }) {
  return (
    <ul class="legend num">
      {lines.map(({ label, color, value }) => (
        <li key={label}>
          <span class="swatch" style={{ background: `var(${color})` }} aria-hidden="true" />
          {label} {value !== undefined && <b>{value}</b>}
        </li>
      ))}
    </ul>
  );
}
