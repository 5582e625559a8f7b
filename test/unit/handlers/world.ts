/** A deployment in one process: the real handlers on ports in memory, called with the events that AWS would send. */
import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2, Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { vi } from 'vitest';
import { handler as authorize } from '../../../functions/auth/authorize.ts';
import { handler as createTenant } from '../../../functions/deploy/create-tenant.ts';
import { handler as indexMemories } from '../../../functions/queue/index-memories.ts';
import { handler as projectHot } from '../../../functions/queue/project-hot.ts';
import { HTTP_ROUTES, type HttpRoute, type RouteName } from '../../../functions/routes.ts';
import type { HttpEvent, HttpResult } from '../../../functions/shared/http-event.ts';
import { usePorts } from '../../../layers/memory/compose.ts';
import { type InMemoryPorts, inMemoryPorts } from '../../support/in-memory/index.ts';

export interface Request {
  path?: Record<string, string>;
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** Null sends none. */
  apiKey?: string | null;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: ReturnType<typeof JSON.parse>;
}

export interface World {
  ports: InMemoryPorts;
  tenantId: string;
  /** The admin key that came with the tenant. */
  apiKey: string;
  keyId: string;
  /** Through the authorizer and to the handler, as the gateway does it. */
  call(name: RouteName, request?: Request): Promise<Answer>;
  /** Delivers the pokes since the last time to both consumers; answers how many messages came back. */
  deliver(): Promise<number>;
}

export const CONTEXT = { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => 9_000 } as Context;

export const routeOf = (name: RouteName): HttpRoute => {
  const route = HTTP_ROUTES.find((row) => row.name === name);
  if (route === undefined) throw new Error(`no route ${name}`);
  return route;
};

export const sqsEvent = (...bodies: string[]): SQSEvent => ({
  Records: bodies.map((body, n) => ({ messageId: `m${n}`, body, eventSource: 'aws:sqs' }) as SQSRecord),
});

/** What an HTTP API sends in payload format 2.0. */
function eventOf(route: HttpRoute, request: Request): APIGatewayProxyEventV2 {
  const values = request.path ?? {};
  const rawPath = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  const routeKey = `${route.method} ${route.path}`;
  const authorization = request.apiKey == null ? {} : { authorization: `Bearer ${request.apiKey}` };
  const isJson = request.body === undefined ? {} : { 'content-type': 'application/json' };
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: request.query ?? '',
    headers: { accept: '*/*', host: 'api.example.com', ...isJson, ...authorization, ...request.headers },
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'api.example.com',
      domainPrefix: 'api',
      http: { method: route.method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: '01/Mar/2026:12:00:00 +0000',
      timeEpoch: 1_772_366_400_000,
    },
    ...(Object.keys(values).length > 0 && { pathParameters: values }),
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    isBase64Encoded: false,
  };
}

function read({ statusCode, headers, body }: HttpResult): Answer {
  const isJson = /\bjson\b/.test(headers['content-type'] ?? '');
  return { status: statusCode, headers, body: isJson ? JSON.parse(body ?? 'null') : body };
}

/** The gateway's own refusals. */
const refused = (status: number): Answer => ({ status, headers: {}, body: { message: 'refused by the gateway' } });

async function throughGateway(name: RouteName, request: Request): Promise<Answer> {
  const route = routeOf(name);
  const event = eventOf(route, request);
  let lambda: Record<string, unknown> | undefined;
  if (route.scope !== null) {
    if (event.headers.authorization === undefined) return refused(401);
    const { isAuthorized, context } = await authorize({ headers: event.headers, requestContext: event.requestContext });
    if (!isAuthorized) return refused(403);
    lambda = context;
  }
  const requestContext = { ...event.requestContext, ...(lambda && { authorizer: { lambda } }) };
  const { handler } = await import(`../../../functions/http/${name}.ts`);
  return read(await handler({ ...event, requestContext } as HttpEvent, CONTEXT));
}

export async function aWorld(tenantId = 'tenant-a'): Promise<World> {
  // Functions log to stderr; what they say there is tested beside the functions.
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const ports = inMemoryPorts();
  usePorts(ports);
  const { api_key: apiKey } = await createTenant({ tenant_id: tenantId });
  let delivered = 0;
  return {
    ports,
    tenantId,
    apiKey,
    keyId: [...ports.store.of(tenantId).apiKeys.keys()][0] ?? '',
    call: (name, request = {}) => throughGateway(name, { apiKey, ...request }),
    async deliver() {
      const bodies = ports.poke.poked.slice(delivered).map((tenant) => JSON.stringify({ tenant_id: tenant }));
      delivered = ports.poke.poked.length;
      const answers = await Promise.all(
        [projectHot, indexMemories].map((consume) => consume(sqsEvent(...bodies), CONTEXT)),
      );
      return answers.reduce((sum, { batchItemFailures }) => sum + batchItemFailures.length, 0);
    },
  };
}
