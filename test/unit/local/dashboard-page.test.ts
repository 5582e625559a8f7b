import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { DashboardPage } from '../../../local/dashboard/page.ts';

const files = new Map([
  ['/index.html', { body: Buffer.from('<!doctype html>'), hashed: false }],
  ['/assets/index-abc.js', { body: Buffer.from('1'), hashed: true }],
]);
const page = new DashboardPage({ files: async () => files });
const get = (path: string, host = 'localhost:8787', method = 'GET') =>
  page.serve({ method, headers: { host } } as IncomingMessage, path);

describe('the dashboard at /', () => {
  it('owns the page and its files, and nothing of the API', () => {
    expect(['/', '/index.html', '/favicon.svg', '/assets/a.js'].every((path) => page.owns(path))).toBe(true);
    expect(['/v1/memories', '/docs', '/config.json', '/ws', '/_local/clock'].some((path) => page.owns(path))).toBe(
      false,
    );
  });

  it('is asked for again each time, its hashed files never', async () => {
    const [index, script] = [await get('/'), await get('/assets/index-abc.js')];

    expect(index).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache' } });
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(script.headers['content-type']).toContain('text/javascript');
  });

  it('runs no script but its own, and calls its own host alone', async () => {
    const { headers } = await get('/', '127.0.0.1:9000');

    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toMatch(/connect-src 'self' ws:\/\/127\.0\.0\.1:9000(;|$)/);
    expect(policy).not.toContain('unsafe');
  });

  it.each(['evil.example', 'localhost.evil.example:8787', ''])('is not there under the name "%s"', async (host) => {
    expect((await get('/', host)).status).toBe(403);
  });

  it('has no other files, and takes nothing', async () => {
    expect((await get('/assets/none.js')).status).toBe(404);
    expect((await get('/', 'localhost', 'POST')).status).toBe(404);
  });
});
