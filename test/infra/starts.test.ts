/**
 * Every function called with exactly the environment that the deployment gives it, and engines that refuse connections: an
 * engine that is down is an answer (503), a setting or a layer that is missing is a fault of the deployment (500).
 */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { HTTP_ROUTES } from '../../functions/routes.ts';
import { makeApiKey } from '../../layers/memory/auth/api-key.ts';
import { type Bundles, bundleAll } from './bundled.ts';
import { ROOT, Synthesized } from './synthesized.ts';

const ID = `mem_${'0'.repeat(12)}7${'0'.repeat(3)}8${'0'.repeat(15)}`;
const MEMORY = { agent_id: 'a', type: 'fact', content: { text: 'x' } };
/** The least that each operation takes as a body. */
const BODIES: Record<string, unknown> = {
  'store-memory': MEMORY,
  'store-batch': { memories: [MEMORY] },
  'get-memories': { ids: [ID] },
  'update-memory': { priority: 6 },
  'search-memories': { query: 'x' },
  'control-memories': { action: 'pin', params: { memory_ids: [ID] } },
  'find-patterns': {},
  'create-key': { scopes: ['memories:read'] },
  'create-space': { name: 'Lab' },
  'set-member': { role: 'reader' },
};
const POKES = { Records: [{ messageId: '1', body: '{"tenant_id":"t"}' }] };
/** What calls the functions that no route calls. `migrate` is left out: its SQL files are not copied here. */
const OTHERS: Record<string, unknown> = {
  authorize: { headers: { authorization: `Bearer ${makeApiKey('dev')}` } },
  'project-hot': POKES,
  'index-memories': POKES,
  'heal-consumers': {},
  'migrate-tiers': {},
  'discover-patterns': {},
  'create-tenant': { tenant_id: 'b' },
};
/** An embedder that cannot even be made counts as an engine that is down, so it is told apart by its name. */
const DEPLOYMENT_FAULT = /EmbeddingError|is not set/;
const SPACE_ID = ID.replace('mem_', 'spc_');
const parametersOf = (path: string) => ({
  id: path.startsWith('/v1/spaces') ? SPACE_ID : ID,
  agent_id: 'a',
  user_id: 'u',
});
/** They meet no engine. */
const STATIC: readonly string[] = ['openapi', 'docs'];
const REFUSED = 'http://127.0.0.1:1';
/** What Lambda itself sets, and what the secret holds. */
const AROUND = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  DATABASE_URL: 'postgresql://auren:test@127.0.0.1/auren',
  AUREN_NEON_ENDPOINT: `${REFUSED}/sql`,
  UPSTASH_REDIS_REST_URL: REFUSED,
  UPSTASH_REDIS_REST_TOKEN: 'test',
  CHROMA_URL: REFUSED,
  AUREN_MASTER_KEY: Buffer.alloc(32).toString('base64'),
};

const synthesized = new Synthesized();

/** The function's own variables; what CloudFormation fills in gets a stand-in. The secret stands in AROUND. */
function environmentOf(name: string): Record<string, string> {
  const { Environment, Layers } = synthesized.functionOf(name).resource.Properties;
  const { AUREN_SECRET_ARN: _, ...variables } = Environment?.Variables ?? {};
  const filled = Object.entries(variables).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : 'arn:aws:sns:eu-west-1:111122223333:pokes',
  ]);
  // Where Lambda mounts the layer there is nothing on this machine.
  return {
    ...AROUND,
    ...Object.fromEntries(filled),
    ...(Layers && { AUREN_EMBEDDING_LAYER: join(ROOT, 'layers/embedding') }),
  };
}

describe('with what the deployment gives it', () => {
  let bundles: Bundles;
  beforeAll(async () => {
    bundles = await bundleAll();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  afterAll(() => bundles?.remove());

  async function call(name: string, event: unknown): Promise<{ answer: unknown; logged: string }> {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    for (const [key, value] of Object.entries(environmentOf(name))) vi.stubEnv(key, value);
    const handler = bundles.of(name).load().handler as (event: unknown, context: unknown) => Promise<unknown>;
    const context = { getRemainingTimeInMillis: () => 10_000 };
    const answer = await handler(event, context).catch((error: unknown) => error);
    return { answer, logged: stderr.mock.calls.map(([line]) => String(line)).join('') };
  }

  it.each(HTTP_ROUTES)('$name answers', async ({ name, scope, path }) => {
    const lambda = { tenant_id: 't', key_id: 'k', scopes: scope ?? '', space_roles: '{}' };
    const parameters = Object.entries(parametersOf(path)).filter(([key]) => path.includes(`{${key}}`));
    const body = BODIES[name];

    const { answer, logged } = await call(name, {
      rawPath: path,
      headers: { 'content-type': 'application/json' },
      pathParameters: Object.fromEntries(parameters),
      requestContext: { authorizer: { lambda } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

    expect(answer, `${JSON.stringify(answer)} ${logged}`).toMatchObject({
      statusCode: STATIC.includes(name) ? 200 : 503,
    });
    expect(logged).not.toMatch(DEPLOYMENT_FAULT);
  });

  it.each(Object.keys(OTHERS))('%s gets as far as the engines', async (name) => {
    const { logged } = await call(name, OTHERS[name]);

    expect(logged).toContain('"code":"engine_unavailable"');
    expect(logged).not.toMatch(DEPLOYMENT_FAULT);
  });
});
