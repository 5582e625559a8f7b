/**
 * Amazon Titan Text Embeddings V2 over a signed fetch: aws4fetch adds 3 KB to a function, the SDK's client 300.
 * Titan takes 8,192 tokens, more than a memory's 16 KB of content: no chunks.
 */
import { AwsClient } from 'aws4fetch';
import type { VectorEngine } from './embedder.ts';
import { EmbeddingError } from './errors.ts';
import { normalize } from './normalize.ts';

export interface AwsOptions {
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Base URL of the Bedrock runtime; only a VPC endpoint or a test needs another than the region's. */
  readonly endpoint?: string;
}

const REQUESTS_AT_ONCE = 8;
const REQUEST_TIMEOUT_MS = 10_000;
/** aws4fetch repeats 429 and 5xx answers after 50, 100, 200 ms (with jitter). */
const RETRIES = 3;

export function bedrockEngine(modelId: string, dimensions: number, aws: AwsOptions): VectorEngine {
  const { endpoint = `https://bedrock-runtime.${aws.region}.amazonaws.com`, ...credentials } = aws;
  const client = new AwsClient({ ...credentials, service: 'bedrock', retries: RETRIES });
  const url = `${endpoint}/model/${encodeURIComponent(modelId)}/invoke`;
  const closing = new AbortController();

  const embedOne = async (inputText: string): Promise<Float32Array> => {
    const response = await post(client, url, { inputText, dimensions, normalize: true }, closing.signal);
    return normalize(embeddingIn(response, dimensions));
  };

  return {
    async vectors(texts) {
      const vectors: Float32Array[] = [];
      for (let from = 0; from < texts.length; from += REQUESTS_AT_ONCE) {
        vectors.push(...(await Promise.all(texts.slice(from, from + REQUESTS_AT_ONCE).map(embedOne))));
      }
      return vectors;
    },
    async close() {
      closing.abort(new EmbeddingError('the embedder is closed'));
    },
  };
}

async function post(client: AwsClient, url: string, body: unknown, closing: AbortSignal): Promise<unknown> {
  let response: Response;
  try {
    response = await client.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.any([closing, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
  } catch (cause) {
    throw new EmbeddingError('Bedrock did not answer: check the region and the network', { cause });
  }
  if (response.ok) return response.json();
  // The body of a refusal names accounts and ARNs: the status and the error's type say enough.
  const kind = response.headers.get('x-amzn-errortype')?.split(':')[0] ?? 'no error type';
  throw new EmbeddingError(
    `Bedrock refused to embed (HTTP ${response.status}, ${kind}): check model access and the permission bedrock:InvokeModel`,
  );
}

function embeddingIn(answer: unknown, dimensions: number): number[] {
  const embedding =
    typeof answer === 'object' && answer !== null && 'embedding' in answer ? answer.embedding : undefined;
  const isVector = Array.isArray(embedding) && embedding.every((component) => typeof component === 'number');
  if (!isVector || embedding.length !== dimensions) {
    throw new EmbeddingError(`Bedrock's answer holds no embedding of ${dimensions} numbers`);
  }
  return embedding;
}
