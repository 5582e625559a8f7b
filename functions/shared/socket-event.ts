/** What API Gateway's WebSocket API hands over, as far as the functions read it, and what it takes back. */

export interface SocketHeaders {
  /** Names as the client wrote them: a WebSocket API does not lower them. */
  headers?: Record<string, string | undefined> | null;
}

export interface SocketEvent extends SocketHeaders {
  requestContext: {
    routeKey: string;
    connectionId: string;
    requestId?: string;
    /** The authorizer's context, at `$connect` and with every message after it. */
    authorizer?: Readonly<Record<string, unknown>> | null;
  };
  body?: string | null;
  isBase64Encoded?: boolean;
}

export interface SocketResult {
  statusCode: number;
  headers?: Record<string, string>;
  /** Of a route that answers: the message that the client gets. */
  body?: string;
}

/** The question of a WebSocket API's authorizer. It has no simple answers: a policy says yes or no. */
export interface SocketAuthorizerEvent extends SocketHeaders {
  methodArn: string;
  requestContext?: { requestId?: string };
}

export interface SocketAuthorizerAnswer {
  principalId: string;
  policyDocument: {
    Version: '2012-10-17';
    Statement: [{ Action: 'execute-api:Invoke'; Effect: 'Allow' | 'Deny'; Resource: string }];
  };
  context?: Record<string, string>;
}

export const socketHeader = ({ headers }: SocketHeaders, name: string): string | undefined =>
  Object.entries(headers ?? {}).find(([given]) => given.toLowerCase() === name)?.[1];
