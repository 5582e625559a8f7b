/** The smaller figures: engines, index, feed, prediction. */
import type { ComponentChildren } from 'preact';
import type { Health, Stats } from '../../api/types.ts';
import { count, milliseconds, percent } from '../../components/format.ts';
import { InlineError, Skeleton } from '../../components/states.tsx';
import { health, stats } from '../../state/stats.ts';

const ENGINES: readonly [name: keyof Health['engines'], label: string, role: string][] = [
  ['redis', 'Redis', 'hot tier'],
  ['postgres', 'PostgreSQL', 'log, catalog, warm tier'],
  ['chroma', 'Chroma', 'meaning, cold tier'],
];

export function Engines() {
  const { data, error } = health;
  return (
    <section class="card">
      <header>
        <h2>Engines</h2>
        <Overall status={data.value?.status} />
      </header>
      {error.value !== undefined && <InlineError error={error.value} what="Their health could not be read" />}
      <ul class="engines">
        {ENGINES.map(([name, label, role]) => {
          const engine = data.value?.engines[name];
          return (
            <li key={name}>
              <span class={`pulse ${engine ? (engine.ok ? 'live' : 'bad') : ''}`} aria-hidden="true" />
              <span class="name">
                {label}
                <span class="muted small">{engine?.hint ?? role}</span>
              </span>
              <span class="num">
                {engine ? engine.ok ? milliseconds(engine.latency_ms) : 'does not answer' : <Skeleton width="5ch" />}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Overall({ status }: { status: Health['status'] | undefined }) {
  const looks = { ok: 'good', degraded: 'warn', down: 'bad' } as const;
  return status ? <span class={`tag ${looks[status]}`}>{status}</span> : <Skeleton width="3ch" />;
}

/** Name and value pairs in a column. */
function Pairs({
  title,
  note,
  pairs,
}: {
  title: string;
  note?: ComponentChildren;
  pairs: readonly [string, string][];
}) {
  return (
    <section class="card">
      <header>
        <h2>{title}</h2>
        {note !== undefined && <span class="note">{note}</span>}
      </header>
      <dl class="pairs num">
        {pairs.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{stats.data.value ? value : <Skeleton width="4ch" />}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const orDash = <T,>(value: T | null | undefined, show: (value: T) => string): string =>
  value === null || value === undefined ? '–' : show(value);

export function Recall() {
  const { index, prediction, hot, cold } = stats.data.value ?? {};
  return (
    <Pairs
      title="Recall"
      note={index?.model}
      pairs={[
        ['Waiting to be indexed', orDash(index?.pending, count)],
        ['Reads that the hot tier answered', orDash(hot?.hit_rate as number | null | undefined, percent)],
        ['Warmed in advance, 30 days', orDash(prediction?.warmed, count)],
        ['Of these, used within a week', orDash(prediction?.hit_rate, percent)],
        ['Cold size of the original', orDash(cold?.compression_ratio as number | null | undefined, percent)],
      ]}
    />
  );
}

export function FeedCard() {
  const { feed }: Pick<Stats, 'feed'> = stats.data.value ?? {};
  return (
    <Pairs
      title="Live feed"
      note={feed?.connected === false ? 'nobody is watching' : undefined}
      pairs={[
        ['Connections', orDash(feed?.active_connections, count)],
        ['Subscriptions', orDash(feed?.subscriptions, count)],
        ['Events sent', orDash(feed?.events_processed, count)],
        ['Waiting, dropped', `${orDash(feed?.queue_size, count)}, ${orDash(feed?.events_dropped, count)}`],
        ['Lag p50, p99', `${orDash(feed?.lag_ms?.p50, milliseconds)}, ${orDash(feed?.lag_ms?.p99, milliseconds)}`],
      ]}
    />
  );
}
