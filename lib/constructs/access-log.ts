/** One line of JSON a request. The route's key, not its path: ids of memories and users stay out of the log, and so does the key. */
export const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  routeKey: '$context.routeKey',
  protocol: '$context.protocol',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  responseMs: '$context.responseLatency',
  integrationMs: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
  authorizerMs: '$context.authorizer.latency',
  authorizerError: '$context.authorizer.error',
  error: '$context.error.message',
} as const;

/** One line of JSON a handshake, a message and an end; what a WebSocket API knows of them. Never a header: there the ticket is. */
export const SOCKET_ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  event: '$context.eventType',
  routeKey: '$context.routeKey',
  connectionId: '$context.connectionId',
  status: '$context.status',
  integrationMs: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
  authorizerMs: '$context.authorizer.latency',
  authorizerError: '$context.authorizer.error',
  error: '$context.error.message',
} as const;
