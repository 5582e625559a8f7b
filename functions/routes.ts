/**
 * THE table: what triggers which function, and under which limits. Pure data, read by lib/ (deploy), local/ (run), the
 * OpenAPI document and the tests; nothing else lists routes. A function lives in `functions/<folder>/<name>.ts`.
 */

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type RouteScope = 'memories:read' | 'memories:write' | 'control' | 'events:read' | 'admin';

/** What a function needs to run; the construct turns it into the function's properties. */
export interface Needs {
  timeoutSeconds: number;
  memoryMb: number;
  /** Loads the embedding layer: it embeds queries or memories. */
  embedding?: true;
}

export interface HttpRoute {
  name: string;
  method: Method;
  path: string;
  /** Null is public: no authorizer in front. */
  scope: RouteScope | null;
  /** Honors `Idempotency-Key`. */
  idempotent?: true;
  /** Tells the live feed of reads while somebody watches, and so may publish pokes without committing anything. */
  tellsFeed?: true;
  /** One line for the OpenAPI document. */
  summary: string;
  needs: Needs;
}

const light: Needs = { timeoutSeconds: 10, memoryMb: 512 };
const bulk: Needs = { timeoutSeconds: 29, memoryMb: 1_024 };
/** Compares thousands of vectors: a whole CPU. */
const analysis: Needs = { timeoutSeconds: 29, memoryMb: 1_769 };
const embedding: Needs = { timeoutSeconds: 29, memoryMb: 1_769, embedding: true };

export const HTTP_ROUTES = [
  {
    name: 'store-memory',
    method: 'POST',
    path: '/v1/memories',
    scope: 'memories:write',
    idempotent: true,
    summary: 'Store one memory',
    needs: light,
  },
  {
    name: 'store-batch',
    method: 'POST',
    path: '/v1/memories/batch',
    scope: 'memories:write',
    idempotent: true,
    summary: 'Store up to 500 memories, all or none',
    needs: bulk,
  },
  {
    name: 'get-memories',
    method: 'POST',
    path: '/v1/memories/get',
    scope: 'memories:read',
    tellsFeed: true,
    summary: 'Retrieve up to 500 memories by id',
    needs: bulk,
  },
  {
    name: 'list-memories',
    method: 'GET',
    path: '/v1/memories',
    scope: 'memories:read',
    summary: 'List memories by their fields',
    needs: light,
  },
  {
    name: 'retrieve-memory',
    method: 'GET',
    path: '/v1/memories/{id}',
    scope: 'memories:read',
    tellsFeed: true,
    summary: 'Retrieve one memory from whichever tier holds it',
    needs: light,
  },
  {
    name: 'update-memory',
    method: 'PATCH',
    path: '/v1/memories/{id}',
    scope: 'memories:write',
    summary: 'Change a memory',
    needs: light,
  },
  {
    name: 'delete-memory',
    method: 'DELETE',
    path: '/v1/memories/{id}',
    scope: 'memories:write',
    summary: 'Delete a memory from every tier and index',
    needs: light,
  },
  {
    name: 'memory-history',
    method: 'GET',
    path: '/v1/memories/{id}/history',
    scope: 'events:read',
    summary: 'The audit trail of a memory',
    needs: light,
  },
  {
    name: 'related-memories',
    method: 'GET',
    path: '/v1/memories/{id}/related',
    scope: 'memories:read',
    summary: 'The nearest memories by meaning',
    needs: embedding,
  },
  {
    name: 'find-patterns',
    method: 'POST',
    path: '/v1/patterns/discover',
    scope: 'control',
    idempotent: true,
    summary: 'Look for patterns now',
    needs: analysis,
  },
  {
    name: 'list-patterns',
    method: 'GET',
    path: '/v1/patterns',
    scope: 'memories:read',
    summary: 'Groups of memories that say similar things',
    needs: light,
  },
  {
    name: 'get-map',
    method: 'GET',
    path: '/v1/map',
    scope: 'memories:read',
    summary: 'Memories on a plane, by meaning',
    needs: analysis,
  },
  {
    name: 'memory-retention',
    method: 'GET',
    path: '/v1/memories/{id}/retention',
    scope: 'memories:read',
    summary: 'Why a memory is in its tier',
    needs: light,
  },
  {
    name: 'search-memories',
    method: 'POST',
    path: '/v1/search',
    scope: 'memories:read',
    tellsFeed: true,
    summary: 'Search all tiers by words and by meaning',
    needs: embedding,
  },
  {
    name: 'control-memories',
    method: 'POST',
    path: '/v1/agents/{agent_id}/control',
    scope: 'control',
    idempotent: true,
    summary: 'An agent governs its own memories',
    needs: embedding,
  },
  {
    name: 'get-policy',
    method: 'GET',
    path: '/v1/agents/{agent_id}/policy',
    scope: 'control',
    summary: 'The standing retention policy of an agent',
    needs: light,
  },
  {
    name: 'clear-policy',
    method: 'DELETE',
    path: '/v1/agents/{agent_id}/policy',
    scope: 'control',
    summary: 'Clear the standing retention policy',
    needs: light,
  },
  {
    name: 'get-stats',
    method: 'GET',
    path: '/v1/stats',
    scope: 'memories:read',
    summary: 'Counts, tiers and health of the memory',
    needs: light,
  },
  {
    name: 'get-agent-stats',
    method: 'GET',
    path: '/v1/agents/{agent_id}/stats',
    scope: 'memories:read',
    summary: 'The same counts for one agent',
    needs: light,
  },
  {
    name: 'list-agents',
    method: 'GET',
    path: '/v1/agents',
    scope: 'memories:read',
    summary: 'Agents and their counts',
    needs: light,
  },
  {
    name: 'erase-user',
    method: 'DELETE',
    path: '/v1/users/{user_id}',
    scope: 'admin',
    summary: 'Erase a person everywhere',
    needs: bulk,
  },
  {
    name: 'export-user',
    method: 'GET',
    path: '/v1/users/{user_id}/export',
    scope: 'admin',
    summary: 'Everything about a person',
    needs: bulk,
  },
  {
    name: 'list-events',
    method: 'GET',
    path: '/v1/events',
    scope: 'events:read',
    summary: 'The log in order',
    needs: light,
  },
  {
    name: 'create-key',
    method: 'POST',
    path: '/v1/keys',
    scope: 'admin',
    summary: 'Make an API key, shown once',
    needs: light,
  },
  {
    name: 'list-keys',
    method: 'GET',
    path: '/v1/keys',
    scope: 'admin',
    summary: 'API keys without their secrets',
    needs: light,
  },
  {
    name: 'revoke-key',
    method: 'DELETE',
    path: '/v1/keys/{id}',
    scope: 'admin',
    summary: 'Revoke an API key',
    needs: light,
  },
  {
    name: 'create-ticket',
    method: 'POST',
    path: '/v1/socket-tickets',
    scope: 'events:read',
    summary: 'A single-use ticket for a browser’s WebSocket',
    needs: light,
  },
  {
    name: 'create-space',
    method: 'POST',
    path: '/v1/spaces',
    scope: 'control',
    idempotent: true,
    summary: 'Make a space that agents share',
    needs: light,
  },
  {
    name: 'list-spaces',
    method: 'GET',
    path: '/v1/spaces',
    scope: 'control',
    summary: 'Spaces and their members',
    needs: light,
  },
  {
    name: 'set-member',
    method: 'PUT',
    path: '/v1/spaces/{id}/members/{agent_id}',
    scope: 'control',
    summary: 'Let an agent into a space, or change its role',
    needs: light,
  },
  {
    name: 'remove-member',
    method: 'DELETE',
    path: '/v1/spaces/{id}/members/{agent_id}',
    scope: 'control',
    summary: 'Take an agent out of a space',
    needs: light,
  },
  {
    name: 'delete-space',
    method: 'DELETE',
    path: '/v1/spaces/{id}',
    scope: 'control',
    summary: 'Delete an empty space',
    needs: light,
  },
  {
    name: 'health',
    method: 'GET',
    path: '/v1/health',
    scope: null,
    summary: 'Whether each engine answers',
    needs: light,
  },
  {
    name: 'openapi',
    method: 'GET',
    path: '/openapi.json',
    scope: null,
    summary: 'This contract as an OpenAPI document',
    needs: light,
  },
  { name: 'docs', method: 'GET', path: '/docs', scope: null, summary: 'This contract as a page to read', needs: light },
] as const satisfies readonly HttpRoute[];

export type RouteName = (typeof HTTP_ROUTES)[number]['name'];

/** Answers API Gateway's question whether a key may come in. Results are cached for `cacheSeconds` per Authorization header. */
export const AUTHORIZER = { name: 'authorize', cacheSeconds: 55, needs: light } as const;

/** Answers the same for `$connect`, where a browser has only a ticket. No identity source: it is asked every time. */
export const SOCKET_AUTHORIZER = { name: 'authorize-socket', needs: light } as const;

export interface SocketRoute {
  name: string;
  routeKey: '$connect' | '$disconnect' | '$default';
  /** What it answers goes to the client, as a message of its own. */
  answers?: true;
  needs: Needs;
}

/** The WebSocket API; a function lives in `functions/socket/<name>.ts`. */
export const SOCKET_ROUTES = [
  { name: 'connect', routeKey: '$connect', needs: light },
  { name: 'disconnect', routeKey: '$disconnect', needs: light },
  { name: 'message', routeKey: '$default', answers: true, needs: light },
] as const satisfies readonly SocketRoute[];

/** Consumers of the log: the topic carries a poke `{tenant_id}` after each commit, each has a queue of its own. */
export const QUEUE_CONSUMERS = [
  { name: 'project-hot', batchSize: 10, maxReceives: 5, needs: { timeoutSeconds: 60, memoryMb: 512 } },
  {
    name: 'index-memories',
    batchSize: 10,
    maxReceives: 5,
    needs: { timeoutSeconds: 120, memoryMb: 1_769, embedding: true },
  },
  // The only one that may post to connections: `execute-api:ManageConnections` is granted to it alone.
  { name: 'broadcast-events', batchSize: 10, maxReceives: 5, needs: { timeoutSeconds: 60, memoryMb: 1_024 } },
] as const satisfies readonly { name: string; batchSize: number; maxReceives: number; needs: Needs }[];

/** Scheduled functions. `localSeconds` is how often the local run calls them; AWS uses `everyMinutes`. May be delivered twice. */
export const SCHEDULES = [
  { name: 'heal-consumers', everyMinutes: 1, localSeconds: 3, needs: { timeoutSeconds: 55, memoryMb: 512 } },
  { name: 'publish-metrics', everyMinutes: 1, localSeconds: 5, needs: { timeoutSeconds: 55, memoryMb: 512 } },
  { name: 'migrate-tiers', everyMinutes: 15, localSeconds: 60, needs: { timeoutSeconds: 600, memoryMb: 1_024 } },
  { name: 'discover-patterns', everyMinutes: 360, localSeconds: 300, needs: { timeoutSeconds: 600, memoryMb: 1_769 } },
] as const satisfies readonly { name: string; everyMinutes: number; localSeconds: number; needs: Needs }[];

/** Called by a deployment or by an operator, never by a route. */
export const OPERATOR_FUNCTIONS = [
  { name: 'migrate', folder: 'deploy', needs: { timeoutSeconds: 300, memoryMb: 512 } },
  { name: 'create-tenant', folder: 'deploy', needs: light },
] as const satisfies readonly { name: string; folder: string; needs: Needs }[];

/** What a page of another origin may send and read. Keys travel in a header, never in a cookie. */
export const CORS = {
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  requestHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match', 'x-auren-observe'],
  answerHeaders: [
    'etag',
    'idempotency-replayed',
    'retry-after',
    'server-timing',
    'x-memory-tier',
    'x-next-cursor',
    'x-request-id',
  ],
  preflightSeconds: 3_600,
} as const;

/** What the dashboard's page may load (Content-Security-Policy), beside `connect-src`, which names the socket of where it is served. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
] as const;

/** Bounds that the functions hold and the OpenAPI document states. */
export const BODY_BYTES_MAX = 3_000_000;
export const ANSWER_BYTES_MAX = 4_000_000;

/** Limits of API Gateway's WebSocket: a frame that a client sends, a whole message, silence, and the life of a connection. */
export const SOCKET = {
  FRAME_BYTES_MAX: 32_768,
  MESSAGE_BYTES_MAX: 131_072,
  IDLE_SECONDS: 600,
  LIFE_SECONDS: 7_200,
} as const;
