/** A valid request for every route of the table, for tests that go through all of them. A route without one does not compile. */
import { HTTP_ROUTES, type HttpRoute, type RouteName } from '../../functions/routes.ts';

/** What the requests are about; all of it must exist where they are to succeed. */
export interface About {
  memoryId: string;
  agentId: string;
  /** The id of an API key that may be revoked. */
  keyId: string;
  /** An empty space of which the agent is a member. */
  spaceId: string;
}

export interface Sample {
  body?: Record<string, unknown>;
  /** Of a success. */
  status: number;
}

export const UNKNOWN_SPACE = `spc_${'0'.repeat(32)}`;
/** Nobody stores anything about this one. */
const UNKNOWN_USER = 'nobody';
export const UNKNOWN_MEMORY = `mem_${'0'.repeat(32)}`;

const samples = ({ memoryId, agentId }: About): Record<RouteName, Sample> => ({
  'store-memory': {
    status: 201,
    body: {
      agent_id: agentId,
      user_id: 'user_1',
      type: 'fact',
      content: { text: 'Tea is warm.' },
      confidence: 0.5,
      priority: 4,
      metadata: { session: 's1' },
      source: 'agent',
      pinned: false,
      created_at: '2025-01-31T12:00:00Z',
      ttl_seconds: 3_600,
    },
  },
  'store-batch': { status: 201, body: { memories: [{ agent_id: agentId, type: 'fact', content: 'Tea is warm.' }] } },
  'get-memories': { status: 200, body: { ids: [memoryId] } },
  'list-memories': { status: 200 },
  'retrieve-memory': { status: 200 },
  'update-memory': {
    status: 200,
    body: {
      priority: 6,
      confidence: 0.6,
      type: 'insight',
      metadata: { seen: true },
      ttl_seconds: 7_200,
      reason: 'why',
    },
  },
  'memory-history': { status: 200 },
  'related-memories': { status: 200 },
  'find-patterns': {
    status: 200,
    body: { user_id: 'user_1', agent_id: agentId, min_cluster_size: 2, min_similarity: 0.6, store_insights: false },
  },
  'list-patterns': { status: 200 },
  'get-map': { status: 200 },
  'memory-retention': { status: 200 },
  'search-memories': {
    status: 200,
    body: {
      query: 'tea',
      user_id: 'user_1',
      agent_id: agentId,
      types: ['fact'],
      tiers: ['hot'],
      metadata: { session: 's1' },
      min_confidence: 0.1,
      min_priority: 1,
      created_after: '2020-01-01T00:00:00Z',
      mode: 'lexical',
      limit: 5,
      explain: true,
    },
  },
  'control-memories': {
    status: 200,
    body: { action: 'set_retention', params: { criteria: { min_priority: 3 }, on_fail: 'demote' }, reason: 'tidy' },
  },
  'get-policy': { status: 200 },
  'clear-policy': { status: 204 },
  'get-stats': { status: 200 },
  'get-agent-stats': { status: 200 },
  'list-agents': { status: 200 },
  'export-user': { status: 200 },
  'list-events': { status: 200 },
  'create-key': { status: 201, body: { scopes: ['memories:read'], agent_id: agentId, name: 'a key' } },
  'list-keys': { status: 200 },
  'revoke-key': { status: 204 },
  'create-ticket': { status: 201 },
  'create-space': { status: 201, body: { name: 'Lab', members: [{ agent_id: agentId, role: 'writer' }] } },
  'list-spaces': { status: 200 },
  'set-member': { status: 200, body: { role: 'writer' } },
  'remove-member': { status: 204 },
  'delete-space': { status: 204 },
  health: { status: 200 },
  openapi: { status: 200 },
  docs: { status: 200 },
  // Last: what the others ask for is gone afterwards.
  'delete-memory': { status: 204 },
  'erase-user': { status: 200 },
});

export interface RouteRequest extends Sample {
  route: HttpRoute;
  path: string;
}

/** A route's path with its parameters filled in. */
export function pathFor(route: HttpRoute, { memoryId, agentId, keyId, spaceId }: About): string {
  const [, , resource] = route.path.split('/');
  const id = { keys: keyId, spaces: spaceId }[resource ?? ''] ?? memoryId;
  return route.path
    .replace('{agent_id}', encodeURIComponent(agentId))
    .replace('{user_id}', UNKNOWN_USER)
    .replace('{id}', encodeURIComponent(id));
}

/** In an order in which every one of them can succeed. */
export function requestsFor(about: About): RouteRequest[] {
  return Object.entries(samples(about)).map(([name, sample]) => {
    const route = HTTP_ROUTES.find((row) => row.name === name);
    if (route === undefined) throw new Error(`functions/routes.ts has no route "${name}"`);
    return { route, path: pathFor(route, about), ...sample };
  });
}
