/** The poster with the unmodified AWS client, against what API Gateway's management API answers. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Poster } from '@auren/memory/feed/port.ts';
import { createApiGatewayPoster } from '@auren/memory/feed/poster-api-gateway.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const CREDENTIALS = { region: 'eu-central-1', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

interface Asked {
  method: string | undefined;
  path: string | undefined;
  body: string;
  authorization: string | undefined;
}

let asked: Asked[];
let warnings: string[];
let poster: Poster;
/** Status by call; the last one stays. Null never answers. */
let statuses: (number | null)[];
let close: () => Promise<void>;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

beforeEach(async () => {
  asked = [];
  warnings = [];
  statuses = [200];
  const server = createServer(async (request, response) => {
    const { method, url: path, headers } = request;
    asked.push({ method, path, body: await bodyOf(request), authorization: headers.authorization });
    const [status] = statuses.length > 1 ? statuses.splice(0, 1) : statuses;
    if (status != null) response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/live`;
  poster = createApiGatewayPoster(endpoint, CREDENTIALS, (message) => warnings.push(message));
  close = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
});
afterEach(() => close());

describe('a post', () => {
  it('is a signed POST to the connection of the stage, with the frame as it is', async () => {
    expect(await poster.post('L0SM9cOFvHcCIhw=', '{"kind":"resync","cursor":"é"}')).toBe('posted');

    expect(asked).toEqual([
      {
        method: 'POST',
        path: '/live/@connections/L0SM9cOFvHcCIhw%3D',
        body: '{"kind":"resync","cursor":"é"}',
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/execute-api\//,
        ),
      },
    ]);
  });

  it.each([
    [410, 'gone', 0],
    [429, 'busy', 0],
    [500, 'late', 1],
    [403, 'late', 1],
  ])('that is answered with %i is %s, and asked once', async (status, posted, warned) => {
    statuses = [status];

    expect(await poster.post('c1', '{}')).toBe(posted);

    expect([asked.length, warnings.length]).toEqual([1, warned]);
  });

  it('that is not answered within two seconds is late', async () => {
    statuses = [null];
    const startedMs = performance.now();

    expect(await poster.post('c1', '{}')).toBe('late');

    expect(performance.now() - startedMs).toBeLessThan(3_500);
  });
});

describe('a close', () => {
  it.each([
    [204, 'closed'],
    [410, 'closed'],
    [500, 'late'],
  ])('is a signed DELETE; %i means %s', async (status, outcome) => {
    statuses = [status];

    expect(await poster.close('c1')).toBe(outcome);

    expect(asked).toMatchObject([{ method: 'DELETE', path: '/live/@connections/c1' }]);
  });
});
