/** The same through HTTP: authorizer, middleware, validation, JSON both ways, and consumers at work behind it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { draftOf, queryOf, userName } from './data.ts';
import { randomFrom } from './random.ts';
import { at, expect, type Scenario } from './scenario.ts';
import { CALLERS } from './scenarios/bench-case.ts';
import type { Seeded } from './seed.ts';
import type { Stage, Tenant } from './stage.ts';

export interface Gateway {
  url: string;
  socketUrl: string;
  stop(): Promise<void>;
}

const START_WITHIN_MS = 30_000;
const SEED = 13;
const STANDING_QUERIES = 50;
/** Far above what one process can send: the throttle is not what is measured. */
const UNTHROTTLED = { AUREN_THROTTLE_RATE: '1000000', AUREN_THROTTLE_BURST: '1000000' };

export async function startGateway({ env, dataDir }: Stage): Promise<Gateway> {
  // What the stack reads for itself must not be set beside it.
  const { UPSTASH_REDIS_REST_URL: _url, ...inherited } = process.env;
  const child = fork(join(import.meta.dirname, 'gateway-process.ts'), {
    env: { ...inherited, ...UNTHROTTLED },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  child.send({ env, dataDir: join(dataDir, 'gateway') });
  const [message] = (await Promise.race([
    once(child, 'message', { signal: AbortSignal.timeout(START_WITHIN_MS) }),
    exited.then(() => Promise.reject(new Error('the gateway process ended before it listened'))),
  ])) as [Omit<Gateway, 'stop'>];
  return {
    ...message,
    async stop() {
      child.send('stop');
      await exited;
    },
  };
}

export function overHttp({ url }: Pick<Gateway, 'url'>, { reads, writes }: Stage, seeded: Seeded): Scenario[] {
  const random = randomFrom(SEED);
  const queries = Array.from({ length: STANDING_QUERIES }, () => queryOf(random));
  const users = [...new Set(seeded.hot.map(({ userId }) => userId ?? ''))];

  const ask = async ({ apiKey }: Tenant, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    expect(response.ok, `${path} answered ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const wire = () => {
    const { agentId, userId, ...draft } = draftOf(random, userName(random.integer(users.length)));
    return { agent_id: agentId, user_id: userId, ...draft };
  };
  const search = (mode: string, n: number) =>
    ask(reads, '/v1/search', { query: at(queries, n), user_id: at(users, n), mode });

  const common = {
    perCall: 1,
    callers: CALLERS,
    goals: {},
    floorTitle: 'GET /v1/health, answered from its cache',
    floor: async () => {
      await ask(reads, '/v1/health');
    },
  };
  const searching = (mode: string): Scenario => ({
    ...common,
    name: `http-${mode}`,
    title: `POST /v1/search, ${mode}`,
    unit: 'searches',
    /** The gateway embeds every query once, its first one while the model loads. */
    async prepare() {
      for (const [n] of queries.entries()) await search(mode, n);
    },
    async call(n) {
      const { results, degraded } = await search(mode, n);
      expect(Array.isArray(results) && results.length > 0, 'a search with results');
      return Array.isArray(degraded) && degraded.length > 0 ? 'degraded' : 'whole';
    },
  });
  return [
    {
      ...common,
      name: 'http-hot',
      title: 'GET /v1/memories/{id}, hot',
      unit: 'memories',
      async call(n) {
        const { tier } = await ask(reads, `/v1/memories/${at(seeded.hot, n * 7).id}`);
        expect(tier === 'hot', `a hot memory, not ${tier}`);
        return 'whole';
      },
    },
    searching('lexical'),
    searching('hybrid'),
    {
      ...common,
      name: 'http-store',
      title: 'POST /v1/memories',
      unit: 'memories',
      async call() {
        const { id } = await ask(writes, '/v1/memories', wire());
        expect(typeof id === 'string', 'a stored memory');
        return 'whole';
      },
    },
  ];
}
