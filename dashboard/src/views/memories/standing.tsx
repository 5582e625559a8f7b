/** Why it is where it is: the last move in words, the retention score with its terms, and how it fades if it is not used. */
import { useMemo } from 'preact/hooks';
import type { History, Retention } from '../../api/memories.ts';
import type { Memory } from '../../api/types.ts';
import { ago } from '../../components/format.ts';
import { InlineError, Skeleton } from '../../components/states.tsx';
import { serviceNow } from '../../state/now.ts';
import type { Resource } from '../../state/resource.ts';
import './standing.css';
import { Lazily } from './lazily.tsx';
import { standing } from './story.ts';

interface Props {
  memory: Memory | undefined;
  retention: Resource<Retention>;
  history: History | undefined;
}

const TERMS: Record<string, [label: string, about: string]> = {
  use: ['uses', 'Each use lifts it, the first ones most'],
  age: ['age', 'It fades with the root of its age'],
  priority: ['priority', 'Half a point for each step of priority'],
  confidence: ['confidence', 'A point for full confidence'],
};

/** Apart: the chart's library is a third of this view. */
const loadChart = async () => (await import('./fade-chart.tsx')).FadeChart;
const CHART_HEIGHT = '12.25rem';

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;

export function Standing({ memory, retention, history }: Props) {
  const tier = memory?.tier;
  const shown = retention.data.value;
  const error = retention.error.value;
  const why = history && standing(history.events);
  return (
    <section class={`card standing tier-${tier ?? 'hot'}`} aria-label="Retention">
      <header>
        <h2>{tier === undefined ? 'Why it is here' : `Why it is ${tier}`}</h2>
        <span class="note">retention score</span>
      </header>
      <p class="standing-why">
        {why ? (
          <>
            {why.title} {ago(why.at, serviceNow())}.{' '}
            {memory?.pinned ? 'Pinned: neither age nor pressure moves it.' : why.why}
          </>
        ) : (
          <Skeleton width="80%" />
        )}
      </p>
      {error !== undefined && (
        <InlineError error={error} what="The score could not be read" onRetry={() => void retention.load()} />
      )}
      {shown ? <Score retention={shown} /> : error === undefined && <Skeleton height="20rem" />}
    </section>
  );
}

function Score({ retention: { score, parts, points } }: { retention: Retention }) {
  const farthest = Math.max(...Object.values(parts).map(Math.abs), 1);
  const chart = useMemo(() => points, [JSON.stringify(points.map((point) => point.score.toFixed(3)))]);
  return (
    <>
      <div class="standing-score">
        <p class="num standing-value">{score.toFixed(1).replace('-', '−')}</p>
        <dl class="terms">
          {Object.entries(parts).map(([name, value]) => {
            const [label, about] = TERMS[name] ?? [name, name];
            const width = `${(Math.abs(value) / farthest) * 50}%`;
            return (
              <div key={name} title={about}>
                <dt>{label}</dt>
                <dd>
                  <span class="term-bar" aria-hidden="true">
                    <span class={value < 0 ? 'minus' : 'plus'} style={{ width }} />
                  </span>
                  <span class="num">{signed(value)}</span>
                </dd>
              </div>
            );
          })}
        </dl>
      </div>
      <Lazily load={loadChart} props={{ points: chart }} height={CHART_HEIGHT} />
      <p class="muted small">When the hot tier is full, the lowest scores leave first.</p>
    </>
  );
}
