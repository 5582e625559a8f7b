/** Clock, on this machine only: moves time on, sweeps, and shows what moves. */
import { useState } from 'preact/hooks';
import { advanceClock, getClock, type RunnableName, runFunction } from '../../api/local.ts';
import { Button } from '../../components/button.tsx';
import { TextField } from '../../components/field.tsx';
import { dateTime, plural } from '../../components/format.ts';
import { EmptyState, InlineError, Skeleton } from '../../components/states.tsx';
import { PageHead } from '../../shell/page-head.tsx';
import { config } from '../../state/config.ts';
import { useResource } from '../../state/resource.ts';
import { refreshStats } from '../../state/stats.ts';
import { toastError } from '../../state/toasts.ts';
import '../overview/overview.css';
import { Vessels } from '../overview/vessels.tsx';
import './clock.css';

const STEPS: readonly (readonly [days: number, label: string])[] = [
  [1, '1 day'],
  [7, '1 week'],
  [30, '1 month'],
  [365, '1 year'],
];

/** Complete by its type: a schedule that is added shows here only with words. */
const FUNCTIONS: Record<RunnableName, string> = {
  'migrate-tiers': 'Sweep: memories move by age, use, policy and pressure; what has expired goes',
  'discover-patterns': 'Look for patterns',
  'heal-consumers': 'Let consumers of the log catch up',
  'publish-metrics': 'Tell the live feed the figures',
};
const SWEEP: RunnableName = 'migrate-tiers';

export default function Clock() {
  if (!config().local) {
    return <EmptyState title="There is no clock to move here">In AWS time passes by itself.</EmptyState>;
  }
  return (
    <>
      <PageHead title="Clock" about="The time of this machine’s service. It only goes forward." />
      <div class="clock-view">
        <Time />
        <Functions />
        <div class="wide">
          <Vessels />
        </div>
      </div>
    </>
  );
}

function Time() {
  const clock = useResource(getClock, [], 5_000);
  const [days, setDays] = useState('');
  const [busy, setBusy] = useState(false);
  const now = clock.data.value;
  const own = Number(days);
  const isDays = days.trim() !== '' && own >= 0;

  const move = async (by: number) => {
    setBusy(true);
    try {
      await advanceClock(by);
      await runFunction(SWEEP);
      setDays('');
    } catch (error) {
      toastError(error);
    }
    await clock.load();
    refreshStats();
    setBusy(false);
  };
  return (
    <section class="card">
      <header>
        <h2>Now</h2>
        <span class="note num">{now ? `${plural(now.offset_days, 'day')} ahead` : ' '}</span>
      </header>
      {clock.error.value !== undefined && <InlineError error={clock.error.value} what="The clock could not be read" />}
      <p class="now num">{now ? dateTime(now.now) : <Skeleton width="12ch" />}</p>
      <div class="steps">
        {STEPS.map(([by, label]) => (
          <Button key={by} busy={busy} onClick={() => void move(by)}>
            + {label}
          </Button>
        ))}
      </div>
      <form
        class="own-step"
        onSubmit={(event) => {
          event.preventDefault();
          void move(own);
        }}
      >
        <TextField type="number" label="Days" min={0} max={36_500} value={days} onInput={setDays} />
        <Button type="submit" busy={busy} disabled={!isDays}>
          Move on
        </Button>
      </form>
      <p class="muted small">A sweep follows each step.</p>
    </section>
  );
}

function Functions() {
  const [running, setRunning] = useState<RunnableName | undefined>(undefined);
  const [report, setReport] = useState<{ name: RunnableName; text: string } | undefined>(undefined);
  const run = async (name: RunnableName) => {
    setRunning(name);
    try {
      setReport({ name, text: JSON.stringify(await runFunction(name), null, 1) });
    } catch (error) {
      toastError(error);
    }
    refreshStats();
    setRunning(undefined);
  };
  return (
    <section class="card">
      <header>
        <h2>Run now</h2>
      </header>
      <ul class="functions">
        {(Object.keys(FUNCTIONS) as RunnableName[]).map((name) => (
          <li key={name}>
            <span>
              <strong>{name}</strong>
              <span class="muted small">{FUNCTIONS[name]}</span>
            </span>
            <Button small busy={running === name} disabled={running !== undefined} onClick={() => void run(name)}>
              Run
            </Button>
          </li>
        ))}
      </ul>
      <pre class="report mono" role="status" aria-label="Report of the last run">
        {report ? `${report.name}\n${report.text}` : 'The report of a run shows here.'}
      </pre>
    </section>
  );
}
