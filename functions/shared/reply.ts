/** What an operation answers, and how that becomes an HTTP result: JSON of at most 4 MB. */
import { AurenError } from '@auren/memory/errors.ts';
import { ANSWER_BYTES_MAX } from '../routes.ts';
import type { HttpResult } from './http-event.ts';

export interface Reply {
  status: number;
  /** Absent answers without a body; a string with a `content-type` of its own goes out as it is. */
  body?: unknown;
  headers: Record<string, string>;
}

export interface ReplyOptions {
  /** A memory's version. */
  etag?: number;
  tier?: string;
  replayed?: boolean;
  headers?: Record<string, string>;
}

/** Room for the envelope around the memories of a page. */
export const PAGE_BYTES_MAX = ANSWER_BYTES_MAX - 200_000;

const reply = (status: number, body: unknown, { etag, tier, replayed, headers }: ReplyOptions): Reply => ({
  status,
  body,
  headers: {
    'cache-control': 'no-store',
    ...(etag === undefined ? {} : { etag: `"${etag}"` }),
    ...(tier === undefined ? {} : { 'x-memory-tier': tier }),
    ...(replayed === true ? { 'idempotency-replayed': 'true' } : {}),
    ...headers,
  },
});

export const ok = (body: unknown, options: ReplyOptions = {}): Reply => reply(200, body, options);
export const created = (body: unknown, options: ReplyOptions = {}): Reply => reply(201, body, options);
/** More remains than could be done in one go: the same request goes on. */
export const accepted = (body: unknown): Reply => reply(202, body, { headers: { 'retry-after': '1' } });
export const noContent = (): Reply => reply(204, undefined, {});
export const unavailable = (body: unknown): Reply => reply(503, body, { headers: { 'retry-after': '5' } });

/** Throws `too_large` where an answer outgrows what Lambda may send. */
export function resultOf({ status, body, headers }: Reply): HttpResult {
  if (body === undefined) return { statusCode: status, headers };
  const isText = typeof body === 'string' && headers['content-type'] !== undefined;
  const text = isText ? body : JSON.stringify(body);
  if (Buffer.byteLength(text) > ANSWER_BYTES_MAX) {
    throw new AurenError('too_large', `The answer would exceed ${ANSWER_BYTES_MAX} bytes: ask for less at a time.`);
  }
  return { statusCode: status, headers: { 'content-type': 'application/json', ...headers }, body: text };
}
