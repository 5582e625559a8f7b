/** The routes that only the local run has. */
import { AurenError } from '@auren/memory/errors.ts';
import { describe, expect, it } from 'vitest';
import { LocalClock } from '../../../../local/clock.ts';
import { type LocalActions, LocalRoutes } from '../../../../local/gateway/local-routes.ts';
import { temporaryDataDir } from '../temporary-data-dir.ts';
import { send, trivialGateway } from './trivial-gateway.ts';

const DAY_MS = 86_400_000;

async function localGateway(actions: Partial<LocalActions> = {}) {
  const clock = new LocalClock(temporaryDataDir());
  const ran: [string, object | undefined][] = [];
  const logged: string[] = [];
  const local = new LocalRoutes(
    {
      clock,
      functionNames: ['heal-consumers', 'migrate'],
      run: async (name, payload) => {
        ran.push([name, payload]);
        return { drained: 3 };
      },
      createTenant: async (tenantId) => ({ tenant_id: tenantId, api_key: 'auren_local_x' }),
      ...actions,
    },
    (line) => void logged.push(line),
  );
  const { port } = await trivialGateway({}, { local, corsOrigins: ['*'] });
  const ask = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) => {
    const answer = await send(port, { method, path: `/_local${path}`, headers }, body);
    return { status: answer.status, headers: answer.headers, body: JSON.parse(answer.text) };
  };
  return { ask, clock, ran, logged, port };
}

describe('the clock', () => {
  it('tells its time and offset', async () => {
    const { ask } = await localGateway();

    const { status, body } = await ask('GET', '/clock');

    expect(status).toBe(200);
    expect(body.offset_days).toBe(0);
    expect(Math.abs(Date.parse(body.now) - Date.now())).toBeLessThan(1_000);
  });

  it('moves on, also by part of a day and by nothing', async () => {
    const { ask, clock } = await localGateway();

    await ask('POST', '/clock', '{"advance_days":31}');
    await ask('POST', '/clock', '{"advance_days":0}');
    const { body } = await ask('POST', '/clock', '{"advance_days":0.5}');

    expect(body.offset_days).toBe(31.5);
    expect(Math.abs(Date.parse(body.now) - Date.now() - 31.5 * DAY_MS)).toBeLessThan(1_000);
    expect(clock.offsetDays).toBe(31.5);
  });

  it.each([
    ['{"advance_days":-1}', 422, 'advance_days'],
    ['{"advance_days":36501}', 422, 'advance_days'],
    ['{"advance_days":1e999}', 422, 'advance_days'],
    ['{"advance_days":"31"}', 422, 'advance_days'],
    ['{"advance_days":null}', 422, 'advance_days'],
    ['{}', 422, 'advance_days'],
    ['{"advance_days":1,"back":true}', 422, 'back'],
    ['', 422, 'expected object'],
    ['{"advance_days":', 400, 'not JSON'],
  ])('refuses %s with %i', async (text, status, message) => {
    const { ask, clock } = await localGateway();

    const answer = await ask('POST', '/clock', text);

    expect(answer.status).toBe(status);
    expect(answer.body.message).toContain(message);
    expect(clock.offsetDays).toBe(0);
  });

  it('refuses to go more than 36,500 days ahead in all', async () => {
    const { ask, clock } = await localGateway();
    await ask('POST', '/clock', '{"advance_days":36500}');

    const answer = await ask('POST', '/clock', '{"advance_days":1}');

    expect(answer.status).toBe(422);
    expect(clock.offsetDays).toBe(36_500);
  });
});

describe('a function by hand', () => {
  it('runs and answers its report', async () => {
    const { ask, ran } = await localGateway();

    const answer = await ask('POST', '/run/heal-consumers');

    expect(answer).toMatchObject({ status: 200, body: { drained: 3 } });
    expect(ran).toEqual([['heal-consumers', undefined]]);
  });

  it('gets the body as its event', async () => {
    const { ask, ran } = await localGateway();

    await ask('POST', '/run/migrate', '{"dry_run":true}');

    expect(ran).toEqual([['migrate', { dry_run: true }]]);
  });

  it('that is unknown is a 404 with the names there are', async () => {
    const { ask, ran } = await localGateway();

    const answer = await ask('POST', '/run/store-memory');

    expect(answer.status).toBe(404);
    expect(answer.body.message).toContain('heal-consumers, migrate');
    expect(ran).toEqual([]);
  });

  it('that fails says why', async () => {
    const { ask, logged } = await localGateway({ run: () => Promise.reject(new Error('no table "events"')) });

    expect(await ask('POST', '/run/migrate')).toMatchObject({ status: 500, body: { message: 'no table "events"' } });
    expect(logged.join()).toContain('no table');
  });
});

describe('a tenant', () => {
  it('is made with its key', async () => {
    const { ask } = await localGateway();

    expect(await ask('POST', '/tenants', '{"tenant_id":"b"}')).toMatchObject({
      status: 200,
      body: { tenant_id: 'b', api_key: 'auren_local_x' },
    });
  });

  it.each(['{}', '{"tenant_id":""}', '{"tenant_id":1}', '{"tenant_id":"b","admin":true}', '[]'])(
    'is not made from %s',
    async (text) => {
      const { ask } = await localGateway();

      expect((await ask('POST', '/tenants', text)).status).toBe(422);
    },
  );

  it.each([
    ['invalid_field', 422],
    ['conflict', 409],
    ['engine_unavailable', 503],
  ] as const)('that the domain refuses as %s is a %i with its reason', async (code, status) => {
    const createTenant = () => Promise.reject(new AurenError(code, 'tenant_id: why not'));
    const { ask } = await localGateway({ createTenant });

    expect(await ask('POST', '/tenants', '{"tenant_id":"b"}')).toMatchObject({
      status,
      body: { message: 'tenant_id: why not' },
    });
  });
});

describe('local routes', () => {
  it('are a 404 that names them where they do not exist', async () => {
    const { ask } = await localGateway();

    const answer = await ask('DELETE', '/clock');

    expect(answer.status).toBe(404);
    expect(answer.body.message).toContain('/_local/run/{function}');
  });

  it.each<[Record<string, string>, string]>([
    [{ host: 'evil.example:8787' }, 'another host name'],
    [{ host: '127.0.0.1.evil.example' }, 'a host name that looks like ours'],
    [{ origin: 'https://evil.example' }, 'another origin'],
    [{ origin: 'null' }, 'a page without an origin'],
  ])('refuse %o: %s', async (headers) => {
    const { ask } = await localGateway();

    const answer = await ask('POST', '/tenants', '{"tenant_id":"b"}', headers);

    expect(answer.status).toBe(403);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('answer to the page of this very server', async () => {
    const { ask, port } = await localGateway();
    const headers = { host: `localhost:${port}`, origin: `http://localhost:${port}` };

    expect((await ask('GET', '/clock', undefined, headers)).status).toBe(200);
  });
});
