/** Operations a second, and the median latency of each tier, over the last five minutes. */
import type { AlignedData } from 'uplot';
import { TIERS, type Tier } from '../../api/types.ts';
import { Chart, Legend, type Line } from '../../components/chart.tsx';
import { milliseconds } from '../../components/format.ts';
import { type Sample, samples } from '../../state/meter.ts';

const WINDOW_SECONDS = 300;
const THROUGHPUT: readonly Line[] = [{ label: 'operations', color: '--ink-2', filled: true }];
const LATENCY: readonly (Line & { tier: Tier })[] = TIERS.map((tier) => ({ label: tier, color: `--${tier}`, tier }));

const perSecond = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)}/s`;
const axisMs = (value: number) => `${value} ms`;

/** Never without a point: a chart without data has no time axis. */
const timesOf = (taken: readonly Sample[]) => (taken.length > 0 ? taken.map(({ at }) => at) : [Date.now() / 1_000]);

export function Throughput() {
  const taken = samples.value;
  const now = taken.at(-1)?.perSecond ?? 0;
  const data: AlignedData = [timesOf(taken), taken.length > 0 ? taken.map((sample) => sample.perSecond) : [0]];
  return (
    <section class="card">
      <header>
        <h2>Operations</h2>
        <Legend lines={[{ label: 'now', color: '--ink-2', value: perSecond(now) }]} />
      </header>
      <Chart
        summary={`${perSecond(now)} now, over the last five minutes`}
        lines={THROUGHPUT}
        data={data}
        windowSeconds={WINDOW_SECONDS}
        format={perSecond}
      />
    </section>
  );
}

export function TierLatency() {
  const taken = samples.value;
  const last = (tier: Tier) => taken.findLast(({ latency }) => latency[tier] !== null)?.latency[tier] ?? null;
  const shown = LATENCY.map((line) => {
    const value = last(line.tier);
    return { ...line, value: value === null ? '–' : milliseconds(value) };
  });
  const columns = LATENCY.map(({ tier }) => (taken.length > 0 ? taken.map(({ latency }) => latency[tier]) : [null]));
  return (
    <section class="card">
      <header>
        <h2>Latency by tier</h2>
        <Legend lines={shown} />
      </header>
      <Chart
        summary={`Median latency: ${shown.map(({ label, value }) => `${label} ${value}`).join(', ')}`}
        lines={LATENCY}
        data={[timesOf(taken), ...columns]}
        windowSeconds={WINDOW_SECONDS}
        format={axisMs}
      />
    </section>
  );
}
