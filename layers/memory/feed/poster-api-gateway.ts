/** Posts to connections by API Gateway's management API, signed and unmodified; retries are the broadcaster's. */
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { AwsCredentials } from '../config.ts';
import type { Posted, Poster } from './port.ts';

/** A gateway that takes longer has the client's connection stalled; another frame would only pile up behind it. */
const POST_DEADLINE_MS = 2_000;
const GONE = 410;
const TOO_MANY = 429;

const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && '$metadata' in error
    ? (error.$metadata as { httpStatusCode?: number }).httpStatusCode
    : undefined;

export function createApiGatewayPoster(
  endpoint: string,
  { region, ...credentials }: AwsCredentials,
  warn: (message: string, cause: unknown) => void,
): Poster {
  const client = new ApiGatewayManagementApiClient({ endpoint, region, credentials, maxAttempts: 1 });
  const deadline = () => ({ abortSignal: AbortSignal.timeout(POST_DEADLINE_MS) });

  /** What a failure means for this connection. */
  function failed(error: unknown): Exclude<Posted, 'posted'> {
    const status = statusOf(error);
    if (status === GONE) return 'gone';
    if (status === TOO_MANY) return 'busy';
    warn('a frame was not posted; it is posted again', error);
    return 'late';
  }

  return {
    async post(connectionId, frame) {
      try {
        await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }), deadline());
        return 'posted';
      } catch (error) {
        return failed(error);
      }
    },

    async close(connectionId) {
      try {
        await client.send(new DeleteConnectionCommand({ ConnectionId: connectionId }), deadline());
        return 'closed';
      } catch (error) {
        return failed(error) === 'gone' ? 'closed' : 'late';
      }
    },
  };
}
