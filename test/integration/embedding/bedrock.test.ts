import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { AwsV4Signer } from 'aws4fetch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmbedder } from '../../../layers/memory/embedding/create.ts';
import type { Embedder } from '../../../layers/memory/embedding/port.ts';
import { cosine } from '../../support/cosine.ts';

const DIMENSIONS = 512;
const ACCESS_KEY_ID = 'AKIDEXAMPLE';
const SECRET_ACCESS_KEY = 'example-secret';

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: { inputText: string; dimensions: number; normalize: boolean };
}

describe('bedrock:amazon.titan-embed-text-v2:0', () => {
  let server: Server;
  let seen: Seen[];
  let answer: (body: Seen['body']) => { status: number; headers?: Record<string, string>; body: unknown };
  let embedder: Embedder;
  let endpoint: string;

  beforeEach(async () => {
    seen = [];
    answer = ({ inputText }) => ({ status: 200, body: { embedding: Array(DIMENSIONS).fill(inputText.length) } });
    server = createServer(async (request, response) => {
      const body = JSON.parse(await readText(request));
      seen.push({ method: request.method, url: request.url, headers: request.headers, body });
      const reply = answer(body);
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(JSON.stringify(reply.body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    embedder = createEmbedder({
      model: 'bedrock:amazon.titan-embed-text-v2:0',
      aws: {
        region: 'eu-central-1',
        accessKeyId: ACCESS_KEY_ID,
        secretAccessKey: SECRET_ACCESS_KEY,
        sessionToken: 'token',
        endpoint,
      },
    });
  });
  afterEach(async () => {
    await embedder.close();
    server.closeAllConnections();
    server.close();
  });

  it('asks the model for a vector of its size, and gives back length 1', async () => {
    const vectors = await embedder.embed(['hrv', '', 'sleep']);

    expect(seen.map(({ method, url, body }) => ({ method, url, body }))).toEqual(
      expect.arrayContaining(
        ['hrv', 'sleep'].map((inputText) => ({
          method: 'POST',
          url: '/model/amazon.titan-embed-text-v2%3A0/invoke',
          body: { inputText, dimensions: DIMENSIONS, normalize: true },
        })),
      ),
    );
    expect(seen).toHaveLength(2);
    for (const vector of vectors)
      expect([vector.length, cosine(vector, vector)]).toEqual([DIMENSIONS, expect.closeTo(1, 5)]);
  });

  it('signs with Signature Version 4 for the service bedrock', async () => {
    await embedder.embedQuery('hrv');

    const headers = seen[0]?.headers ?? {};
    const datetime = String(headers['x-amz-date']);
    const credential = `Credential=${ACCESS_KEY_ID}/${datetime.slice(0, 8)}/eu-central-1/bedrock/aws4_request`;
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 .*Signature=[0-9a-f]{64}$/);
    expect(headers.authorization).toContain(credential);
    expect(headers['x-amz-security-token']).toBe('token');
    const signedAgain = await new AwsV4Signer({
      method: 'POST',
      url: `${endpoint}${seen[0]?.url}`,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(seen[0]?.body),
      accessKeyId: ACCESS_KEY_ID,
      secretAccessKey: SECRET_ACCESS_KEY,
      sessionToken: 'token',
      service: 'bedrock',
      region: 'eu-central-1',
      datetime,
    }).sign();
    expect(headers.authorization).toBe(signedAgain.headers.get('authorization'));
  });

  it('keeps the order of a batch that takes several rounds', async () => {
    answer = ({ inputText }) => ({
      status: 200,
      body: { embedding: Array.from({ length: DIMENSIONS }, (_, i) => (i === Number(inputText) ? 2 : 0)) },
    });

    const vectors = await embedder.embed(Array.from({ length: 20 }, (_, i) => String(i)));

    expect(vectors.map((vector) => vector.indexOf(1))).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('repeats a throttled call', async () => {
    const healthy = answer;
    answer = (body) => (seen.length < 3 ? { status: 429, body: {} } : healthy(body));

    expect(await embedder.embedQuery('hrv')).toHaveLength(DIMENSIONS);
    expect(seen).toHaveLength(3);
  });

  it('says what to check when it is refused, without the body of the refusal', async () => {
    answer = () => ({
      status: 403,
      headers: { 'x-amzn-errortype': 'AccessDeniedException:http://internal.amazon.com/' },
      body: { message: 'User: arn:aws:iam::123456789012:role/secret is not authorized' },
    });

    const error: unknown = await embedder.embedQuery('hrv').catch((reason: unknown) => reason);

    expect(error).toMatchObject({ code: 'engine_unavailable' });
    expect(String(error)).toContain('HTTP 403, AccessDeniedException');
    expect(String(error)).toContain('bedrock:InvokeModel');
    expect(String(error)).not.toContain('123456789012');
  });

  it.each([{ embedding: [1, 2] }, { embedding: Array(DIMENSIONS).fill('1') }, { message: 'hello' }, null])(
    'refuses an answer without a vector (%#)',
    async (body) => {
      answer = () => ({ status: 200, body });

      await expect(embedder.embedQuery('hrv')).rejects.toThrow('no embedding of 512 numbers');
    },
  );
});
