/** A WebSocket API with trivial functions on a free port, and the SDK's own client for what functions post. */
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterEach } from 'vitest';
import { Functions } from '../../../../../local/gateway/functions.ts';
import type { LambdaHandler } from '../../../../../local/gateway/invoke.ts';
import { type GatewayServer, listen } from '../../../../../local/gateway/server.ts';
import { Management, type ManagementOptions } from '../../../../../local/gateway/socket/management.ts';
import { SocketGateway, type SocketGatewayOptions } from '../../../../../local/gateway/socket/socket-gateway.ts';
import { testClock } from '../../../../support/clock.ts';

export interface SocketCall {
  name: string;
  event: {
    headers?: Record<string, string>;
    body?: string;
    methodArn?: string;
    requestContext: { connectionId: string; [field: string]: unknown };
    [field: string]: unknown;
  };
}

const ACCESS_KEY_ID = 'our-key';
const running: { sockets: SocketGateway; server: GatewayServer }[] = [];

afterEach(async () => {
  for (const { sockets, server } of running.splice(0)) {
    await sockets.close();
    await server.close();
  }
});

/** What an authorizer answers: a policy over the address that it is asked about. */
export const policy =
  (effect: string, context: Record<string, unknown> = { tenant_id: 'a' }): LambdaHandler =>
  (event) => ({
    principalId: 'key_1',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: (event as SocketCall['event']).methodArn }],
    },
    context,
  });

export async function trivialSockets(
  handlers: Record<string, LambdaHandler> = {},
  options: Partial<SocketGatewayOptions & ManagementOptions> & { postThrottle?: ManagementOptions['throttle'] } = {},
) {
  const calls: SocketCall[] = [];
  const logged: string[] = [];
  const answers: Record<string, LambdaHandler> = {
    'authorize-socket': policy('Allow'),
    connect: () => ({ statusCode: 200 }),
    message: () => ({ statusCode: 200 }),
    disconnect: () => ({ statusCode: 200 }),
    ...handlers,
  };
  const functions = new Functions(async ({ name }) => (event, context) => {
    calls.push({ name, event: event as SocketCall['event'] });
    const answer = answers[name];
    if (!answer) throw new Error(`no handler for ${name}`);
    return answer(event, context);
  });
  const clock = testClock();
  const log = (line: string) => void logged.push(line);
  const sockets = new SocketGateway({ functions, clock, log, ...options });
  const management = new Management({
    sockets,
    accessKeyId: ACCESS_KEY_ID,
    ...(options.postThrottle && { throttle: options.postThrottle }),
  });
  const server = await listen(0, log);
  running.push({ sockets, server });
  server.serve((request) => management.serve(request, request.url ?? ''));
  server.server.on('upgrade', sockets.upgrade.bind(sockets));
  const called = (name: string) => calls.filter((call) => call.name === name).map(({ event }) => event);
  return {
    sockets,
    clock,
    calls,
    called,
    logged,
    port: server.port,
    url: `ws://127.0.0.1:${server.port}/ws`,
    /** Our client, as functions use it. */
    aws: (accessKeyId = ACCESS_KEY_ID) =>
      new ApiGatewayManagementApiClient({
        endpoint: `http://127.0.0.1:${server.port}`,
        region: 'local',
        credentials: { accessKeyId, secretAccessKey: 'secret' },
        maxAttempts: 1,
      }),
    /** The id of the newest connection. */
    connectionId: () => called('connect').at(-1)?.requestContext.connectionId ?? '',
  };
}
