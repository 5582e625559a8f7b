/** Overview: the three tiers, what moves between them, how fast it goes and whether everything is well. */
import { plural } from '../../components/format.ts';
import { EmptyState, InlineError } from '../../components/states.tsx';
import { PageHead } from '../../shell/page-head.tsx';
import { config } from '../../state/config.ts';
import { startMeter } from '../../state/meter.ts';
import { refreshStats, stats, tierCounts } from '../../state/stats.ts';
import { Throughput, TierLatency } from './charts.tsx';
import { Engines, FeedCard, Recall } from './figures.tsx';
import { Hours } from './hours.tsx';
import { Operations } from './operations.tsx';
import './overview.css';
import { Vessels } from './vessels.tsx';

startMeter();

export default function Overview() {
  const { data, error } = stats;
  const { hot, warm, cold } = tierCounts.value;
  const agents = Object.keys(data.value?.by_agent ?? {}).length;
  const total = hot + warm + cold;
  return (
    <>
      <PageHead
        title="Overview"
        about={data.value ? `${plural(total, 'memory', 'memories')} of ${plural(agents, 'agent')}` : ' '}
      />
      {error.value !== undefined && (
        <InlineError error={error.value} what="The figures could not be read" onRetry={refreshStats} />
      )}
      <div class="overview">
        <Vessels />
        {data.value && total === 0 && <First />}
        <div class="two">
          <Throughput />
          <TierLatency />
        </div>
        <div class="three">
          <Engines />
          <Recall />
          <FeedCard />
        </div>
        <div class="two">
          <Hours />
          <Operations />
        </div>
      </div>
    </>
  );
}

function First() {
  const origin = config().api || location.origin;
  return (
    <EmptyState title="No memories yet">
      Store the first one, and watch it fall into the hot vessel.
      <pre>{`curl ${origin}/v1/memories -H "Authorization: Bearer $KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"agent_id":"me","type":"fact","content":"The sky is blue."}'`}</pre>
    </EmptyState>
  );
}
