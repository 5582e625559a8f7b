/** One agent in figures: its tiers, its types, its pins. */
import { getAgentStats } from '../../api/agents.ts';
import { type Stats, TIERS } from '../../api/types.ts';
import { count, plural } from '../../components/format.ts';
import { InlineError, Skeleton } from '../../components/states.tsx';
import { TierTag } from '../../components/tier.tsx';
import { useResource } from '../../state/resource.ts';

const EVERY_MS = 10_000;

export function AgentFigures({ agent, changes }: { agent: string; changes: number }) {
  const { data, error } = useResource((signal) => getAgentStats(agent, signal), [agent, changes], EVERY_MS);
  const figures = data.value;
  return (
    <section class="card">
      <header>
        <h2>{agent}</h2>
        <span class="note">{figures ? plural(figures.total_memories, 'memory', 'memories') : ' '}</span>
      </header>
      {error.value !== undefined && <InlineError error={error.value} what="Its figures could not be read" />}
      <dl class="agent-figures num">
        {TIERS.map((tier) => (
          <div key={tier}>
            <dt>
              <TierTag tier={tier} />
            </dt>
            <dd>{figures ? count(figures.tier_distribution[tier]) : <Skeleton width="4ch" />}</dd>
          </div>
        ))}
        <div>
          <dt>pinned</dt>
          <dd>{figures ? count(figures.pinned) : <Skeleton width="2ch" />}</dd>
        </div>
        <div>
          <dt>stored twice</dt>
          <dd>{figures ? count(figures.dual_stored) : <Skeleton width="2ch" />}</dd>
        </div>
      </dl>
      {figures && <Types figures={figures} />}
    </section>
  );
}

function Types({ figures }: { figures: Stats }) {
  const types = Object.entries(figures.by_type).sort(([, one], [, other]) => other - one);
  const most = Math.max(1, ...types.map(([, held]) => held));
  return (
    <ul class="types num">
      {types.map(([type, held]) => (
        <li key={type}>
          <span>{type}</span>
          <span class="share-bar" aria-hidden="true">
            <span style={{ width: `${(100 * held) / most}%` }} />
          </span>
          <span>{count(held)}</span>
        </li>
      ))}
    </ul>
  );
}
