/** A tiny client for tests over HTTP: one call, one answer, nothing hidden. */
import { request } from 'node:http';
import { expect } from 'vitest';

export interface Answer {
  status: number;
  headers: Headers;
  /** As it came. */
  text: string;
  /** Parsed where it is JSON, else null. Tests look into it freely, as an agent without types does. */
  body: ReturnType<typeof JSON.parse>;
}

export interface CallOptions {
  /** Another key; null sends none. */
  key?: string | null;
  headers?: Record<string, string>;
  /** Sent as it is, in place of a JSON body. */
  raw?: string | Uint8Array<ArrayBuffer>;
}

export interface Client {
  get(path: string, options?: CallOptions): Promise<Answer>;
  post(path: string, body: unknown, options?: CallOptions): Promise<Answer>;
  patch(path: string, body: unknown, options?: CallOptions): Promise<Answer>;
  delete(path: string, options?: CallOptions): Promise<Answer>;
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  /** The same address with another key. */
  as(key: string): Client;
  readonly url: string;
  readonly key: string;
}

export function client(url: string, key: string): Client {
  const call: Client['call'] = async (method, path, body, options = {}) => {
    const sent = options.raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const bearer = options.key === undefined ? key : options.key;
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
        ...(sent !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(sent !== undefined && { body: sent }),
    });
    return read(answer.status, answer.headers, await answer.text());
  };
  return {
    url,
    key,
    call,
    get: (path, options) => call('GET', path, undefined, options),
    post: (path, body, options) => call('POST', path, body, options),
    patch: (path, body, options) => call('PATCH', path, body, options),
    delete: (path, options) => call('DELETE', path, undefined, options),
    as: (other) => client(url, other),
  };
}

/** Sends a target as it stands, and a body with any method: `fetch` would tidy `%zz` and `..`, and refuse a GET with a body. */
export function rawRequest({ url, key }: Client, method: string, target: string, body?: unknown): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${key}`,
    ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path: target, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const pairs = Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]);
        resolve(read(response.statusCode ?? 0, new Headers(pairs), Buffer.concat(chunks).toString('utf8')));
      });
    });
    sent.once('error', reject);
    sent.end(text);
  });
}

function read(status: number, headers: Headers, text: string): Answer {
  const isJson = /\bjson\b/.test(headers.get('content-type') ?? '');
  return { status, headers, text, body: isJson ? JSON.parse(text) : null };
}

/** All members of a collection, page by page; `pages` tells how many answers it took. */
export async function walk(
  api: Client,
  path: string,
  member: string,
): Promise<{ items: Answer['body'][]; pages: number }> {
  const items: Answer['body'][] = [];
  let cursor: string | null = null;
  for (let pages = 1; ; pages += 1) {
    const separator = path.includes('?') ? '&' : '?';
    const page: Answer = await api.get(
      cursor === null ? path : `${path}${separator}cursor=${encodeURIComponent(cursor)}`,
    );
    expect(page.status, page.text).toBe(200);
    items.push(...page.body[member]);
    cursor = page.body.next_cursor;
    if (cursor === null) return { items, pages };
  }
}

/** The refusal is a problem of ours, whole and with nothing that it should not say. */
export function expectProblem(answer: Answer, status: number, code: string, path?: string): void {
  expect({ status: answer.status, code: answer.body?.code }, answer.text).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body).toMatchObject({
    type: `/docs#${code}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    request_id: answer.headers.get('x-request-id'),
  });
  if (path !== undefined) {
    expect(answer.body.errors, answer.text).toContainEqual({ path, message: expect.any(String) });
  }
}
