/** HTTP events as API Gateway hands them over, and the handlers they go to. */
import { HTTP_ROUTES, type RouteName } from '../../../../functions/routes.ts';
import type { HttpEvent, HttpResult } from '../../../../functions/shared/http-event.ts';
import type { HttpHandler } from '../../../../functions/shared/operation.ts';
import { fakeMemory } from './fake-memory.ts';

export const MEMORY_ID = `mem_${'0199a4c2f1b87c3d'.repeat(2)}`;

export const SPACE_ID = `spc_${'0199a4c2f1b87c3d'.repeat(2)}`;

export interface RequestOptions {
  path?: Record<string, string>;
  query?: string;
  /** Sent as JSON; `text` is sent as it is. */
  body?: unknown;
  text?: string;
  headers?: Record<string, string>;
  scopes?: string;
  agentId?: string;
  /** Sent base64-encoded, as the gateway does with what it takes for binary. */
  bytes?: Buffer;
}

/** Ids are of what the path speaks of. */
const idIn = (path: string) => (path.startsWith('/v1/spaces') ? SPACE_ID : MEMORY_ID);

export const routeOf = (name: RouteName) => {
  const route = HTTP_ROUTES.find((row) => row.name === name);
  if (route === undefined) throw new Error(`no route ${name}`);
  return route;
};

function bodyText({ body, text, bytes }: RequestOptions): string | undefined {
  if (bytes !== undefined) return bytes.toString('base64');
  return text ?? (body === undefined ? undefined : JSON.stringify(body));
}

export function requestTo(name: RouteName, options: RequestOptions = {}): HttpEvent {
  const route = routeOf(name);
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const values = Object.fromEntries(names.map((key) => [key, key === 'id' ? idIn(route.path) : 'neuroscientist']));
  const text = bodyText(options);
  return {
    rawPath: route.path,
    rawQueryString: options.query ?? '',
    headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
    pathParameters: { ...values, ...options.path },
    ...(text === undefined ? {} : { body: text }),
    isBase64Encoded: options.bytes !== undefined,
    requestContext: {
      requestId: 'gateway-1',
      ...(route.scope === null
        ? {}
        : {
            authorizer: {
              lambda: {
                tenant_id: 'tenant-a',
                key_id: 'key_1',
                scopes: options.scopes ?? 'admin',
                space_roles: '{"space_1":"writer"}',
                ...(options.agentId === undefined ? {} : { agent_id: options.agentId }),
              },
            },
          }),
    },
  };
}

export async function handlerOf(name: RouteName): Promise<HttpHandler<unknown>> {
  const { handler } = await import(`../../../../functions/http/${name}.ts`);
  return handler;
}

/** Sends a request to an operation on a fake memory. */
export async function send(name: RouteName, options: RequestOptions = {}, fake = fakeMemory()) {
  const handler = await handlerOf(name);
  const isService = name === 'openapi' || name === 'docs';
  const on = isService ? handler : handler.with(async () => fake.memory);
  return read(await on(requestTo(name, options)));
}

/** Lines of JSON are text. */
const isJson = (type: string | undefined) => /\bjson\b/.test(type ?? '');

export const read = (result: HttpResult) => ({
  status: result.statusCode,
  headers: result.headers,
  body: isJson(result.headers['content-type']) ? JSON.parse(result.body ?? 'null') : result.body,
});
