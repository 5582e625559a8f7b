/** Health: whether each engine answers, asked at most every 5 s, and what to do about one that does not. */
import { SECOND_MS } from '../clock.ts';
import type { Engine } from '../errors.ts';
import type { AurenMemory, EngineHealth, Health } from '../memory.ts';
import type { Ports } from './ports.ts';

const CACHE_MS = 5 * SECOND_MS;

const HINTS: Record<Engine, string> = {
  postgres:
    'PostgreSQL does not answer: nothing can be stored, hot memories are still read. Check DATABASE_URL and the server.',
  redis:
    'Redis does not answer: everything works from PostgreSQL, slower. Check UPSTASH_REDIS_REST_URL, its token and the server.',
  chroma:
    'Chroma does not answer: search works by words only, cold memories come from the log. Check CHROMA_URL and the server.',
};

async function probe(engine: Engine, ask: () => Promise<void>): Promise<EngineHealth> {
  const start = performance.now();
  const latencyMs = () => Math.round((performance.now() - start) * 10) / 10;
  try {
    await ask();
    return { ok: true, latencyMs: latencyMs() };
  } catch {
    // The cause may hold a connection string; that it failed is all the answer says.
    return { ok: false, latencyMs: latencyMs(), hint: HINTS[engine] };
  }
}

export function createHealth({ probes }: Pick<Ports, 'probes'>): Pick<AurenMemory, 'health'> {
  let last: { at: number; health: Promise<Health> } | undefined;

  async function ask(): Promise<Health> {
    const [postgres, redis, chroma] = await Promise.all([
      probe('postgres', probes.postgres),
      probe('redis', probes.redis),
      probe('chroma', probes.chroma),
    ]);
    const all = postgres.ok && redis.ok && chroma.ok;
    return { status: postgres.ok ? (all ? 'ok' : 'degraded') : 'down', engines: { postgres, redis, chroma } };
  }

  return {
    async health() {
      const now = performance.now();
      if (last === undefined || now - last.at > CACHE_MS) last = { at: now, health: ask() };
      return await last.health;
    },
  };
}
