/** The dashboard at `/`, as CloudFront serves it in AWS: its files with their cache and security headers. */
import type { IncomingMessage } from 'node:http';
import { extname } from 'node:path';
import { PAGE_POLICY } from '../../functions/routes.ts';
import { type Answer, refusal } from '../gateway/answer.ts';
import { type BuiltFiles, DashboardBuild } from './build.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const INDEX = '/index.html';
const FAVICON = '/favicon.svg';
/** A name with a hash in it never means something else. */
const FOREVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

const securityHeaders = (host: string) => ({
  'content-security-policy': [...PAGE_POLICY, `connect-src 'self' ws://${host}`].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

export class DashboardPage {
  readonly #build: { files(): Promise<BuiltFiles> };

  constructor(build: { files(): Promise<BuiltFiles> } = new DashboardBuild()) {
    this.#build = build;
  }

  owns(path: string): boolean {
    return ['/', INDEX, FAVICON].includes(path) || path.startsWith('/assets/');
  }

  async serve({ headers: { host = '' }, method }: IncomingMessage, asked: string): Promise<Answer> {
    // Another name that leads here is a page of somebody else (DNS rebinding).
    if (!LOOPBACK_HOST.test(host)) return refusal(403);
    if (method !== 'GET' && method !== 'HEAD') return refusal(404);
    const path = asked === '/' ? INDEX : asked;
    const file = (await this.#build.files()).get(path);
    if (!file) return refusal(404);
    return {
      status: 200,
      headers: {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'cache-control': file.hashed ? FOREVER : ASK_AGAIN,
        ...securityHeaders(host),
      },
      body: file.body,
    };
  }
}
