/** The poke over SNS: one signed publish. It is a hint, so whatever fails is told and forgotten: a schedule heals lost pokes. */
import { AwsClient } from 'aws4fetch';
import type { AwsCredentials } from '../config.ts';
import type { Poke } from '../poke.ts';

export const POKE_DEADLINE_MS = 300;

export function createSnsPoke(
  topicArn: string,
  aws: AwsCredentials,
  warn: (message: string, cause: unknown) => void,
  endpoint = `https://sns.${aws.region}.amazonaws.com/`,
): Poke {
  const client = new AwsClient({ ...aws, service: 'sns', retries: 0 });
  return {
    async poke(tenantId) {
      const form = new URLSearchParams({
        Action: 'Publish',
        Version: '2010-03-31',
        TopicArn: topicArn,
        Message: JSON.stringify({ tenant_id: tenantId }),
      });
      try {
        const response = await client.fetch(endpoint, {
          method: 'POST',
          body: form,
          signal: AbortSignal.timeout(POKE_DEADLINE_MS),
        });
        if (!response.ok) warn('a poke was refused', new Error(`SNS answered ${response.status}`));
      } catch (error) {
        warn('a poke was not delivered', error);
      }
    },
  };
}
