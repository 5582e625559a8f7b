/** Agents: who remembers how much and where, and under which policy. */
import { useState } from 'preact/hooks';
import { listAgents } from '../../api/agents.ts';
import type { Agent } from '../../api/types.ts';
import { ago, count } from '../../components/format.ts';
import { EmptyState, ErrorState, InlineError, Skeleton } from '../../components/states.tsx';
import { TierBar } from '../../components/tier.tsx';
import { PageHead } from '../../shell/page-head.tsx';
import { useResource } from '../../state/resource.ts';
import { href, route } from '../../state/route.ts';
import './agents.css';
import { AgentFigures } from './figures.tsx';
import { PolicyCard } from './policy.tsx';

const EVERY_MS = 15_000;

export default function Agents() {
  const [changes, setChanges] = useState(0);
  const { data, error, load } = useResource(listAgents, [changes], EVERY_MS);
  const agents = data.value;
  const chosen = route.value.rest[0] ?? agents?.[0]?.id;
  if (!agents && error.value !== undefined) {
    return <ErrorState error={error.value} what="The agents could not be read" onRetry={() => void load()} />;
  }
  return (
    <>
      <PageHead title="Agents" about="Each governs its own memories. A policy can be tried out before it stands." />
      {error.value !== undefined && <InlineError error={error.value} what="The agents could not be read again" />}
      {agents?.length === 0 ? (
        <EmptyState title="No agents yet">An agent appears here with the first memory that it stores.</EmptyState>
      ) : (
        <div class="agents-view">
          <List agents={agents} chosen={chosen} />
          {chosen === undefined ? (
            <section class="card">
              <Skeleton height="420px" />
            </section>
          ) : (
            <div class="agent" key={chosen}>
              <AgentFigures agent={chosen} changes={changes} />
              <PolicyCard agent={chosen} onChanged={() => setChanges(changes + 1)} />
            </div>
          )}
        </div>
      )}
    </>
  );
}

function List({ agents, chosen }: { agents: Agent[] | undefined; chosen: string | undefined }) {
  return (
    <nav class="card agent-list" aria-label="Agents">
      {agents ? (
        <ul>
          {agents.map(({ id, total_memories: total, tier_distribution: tiers, last_active_at: last }) => (
            <li key={id}>
              <a href={href('agents', [id])} aria-current={id === chosen ? 'true' : undefined}>
                <span class="name">
                  <strong>{id}</strong>
                  <span class="muted small">{last === null ? 'never active' : `active ${ago(last)}`}</span>
                </span>
                <span class="num">{count(total)}</span>
                <TierBar counts={tiers} />
              </a>
            </li>
          ))}
        </ul>
      ) : (
        <Skeleton height="280px" />
      )}
    </nav>
  );
}
