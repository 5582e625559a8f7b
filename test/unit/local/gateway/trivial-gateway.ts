/** A gateway with trivial functions on a free port: what they answer, and what they are asked, is in the test's hand. */
import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { afterEach } from 'vitest';
import { Functions } from '../../../../local/gateway/functions.ts';
import { Gateway, type GatewayOptions } from '../../../../local/gateway/gateway.ts';
import type { LambdaContext, LambdaHandler } from '../../../../local/gateway/invoke.ts';
import type { GatewayRoute } from '../../../../local/gateway/router.ts';
import { type GatewayServer, listen } from '../../../../local/gateway/server.ts';

export interface Call {
  name: string;
  event: Record<string, unknown>;
  context: LambdaContext;
}

const needs = { timeoutSeconds: 1, memoryMb: 512 };
export const route = (method: string, path: string, scope: string | null, name = 'echo'): GatewayRoute => ({
  folder: 'http',
  name,
  needs,
  method,
  path,
  scope,
});

export const ROUTES = [
  route('GET', '/v1/memories/{id}', 'memories:read'),
  route('POST', '/v1/memories', 'memories:write'),
  route('GET', '/v1/health', null, 'health'),
];

const servers: GatewayServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

export async function trivialGateway(
  handlers: Record<string, LambdaHandler> = {},
  options: Partial<GatewayOptions> = {},
) {
  const calls: Call[] = [];
  const logged: string[] = [];
  const answers: Record<string, LambdaHandler> = {
    authorize: () => ({ isAuthorized: true, context: { tenantId: 'a' } }),
    echo: () => ({ statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{}' }),
    health: () => ({ statusCode: 200, body: 'fine' }),
    ...handlers,
  };
  const functions = new Functions(async ({ name }) => (event, context) => {
    calls.push({ name, event: event as Record<string, unknown>, context });
    const answer = answers[name];
    if (!answer) throw new Error(`no handler for ${name}`);
    return answer(event, context);
  });
  const log = (line: string) => void logged.push(line);
  const gateway = new Gateway({ routes: ROUTES, functions, log, ...options });
  const server = await listen(0, log);
  servers.push(server);
  server.serve(gateway.serve.bind(gateway));
  return { port: server.port, url: `http://127.0.0.1:${server.port}`, server, calls, logged };
}

export const KEY = { authorization: 'Bearer auren_test' };

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Without fetch's own ideas: repeated headers, any method, a path sent as it stands. */
export function send(port: number, options: RequestOptions, body?: string | Buffer): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: '127.0.0.1', port, agent: false, ...options }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
