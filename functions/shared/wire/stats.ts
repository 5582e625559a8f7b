/** Agents and health as answers carry them. */
import type { AgentSummary } from '@auren/memory/catalog/port.ts';
import type { EngineHealth, Health } from '@auren/memory/memory.ts';

export const toAgent = (agent: AgentSummary) => ({
  id: agent.id,
  total_memories: agent.total,
  tier_distribution: agent.tiers,
  last_active_at: agent.lastActiveAt,
});

const toEngine = ({ ok, latencyMs, hint }: EngineHealth) => ({
  ok,
  latency_ms: latencyMs,
  ...(hint === undefined ? {} : { hint }),
});

export const toHealth = ({ status, engines }: Health) => ({
  status,
  engines: {
    postgres: toEngine(engines.postgres),
    redis: toEngine(engines.redis),
    chroma: toEngine(engines.chroma),
  },
});
