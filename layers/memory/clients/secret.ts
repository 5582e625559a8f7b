/** Reads one secret of AWS Secrets Manager by a signed fetch: aws4fetch is 3 KB, the SDK's client some 300. */
import { AwsClient } from 'aws4fetch';
import type { AwsCredentials } from '../config.ts';

const TIMEOUT_MS = 5_000;

/** The secret's JSON object as text values. Throws without the secret in the message. */
export async function readSecret(arn: string, aws: AwsCredentials): Promise<Record<string, string>> {
  const client = new AwsClient({ ...aws, service: 'secretsmanager' });
  const response = await client.fetch(`https://secretsmanager.${aws.region}.amazonaws.com/`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
    body: JSON.stringify({ SecretId: arn }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok)
    throw new Error(`The secret with the engines' credentials could not be read: status ${response.status}.`);
  const { SecretString } = (await response.json()) as { SecretString?: string };
  const values: unknown = JSON.parse(SecretString ?? '{}');
  if (typeof values !== 'object' || values === null) throw new Error('The secret must be a JSON object of texts.');
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
