/** The demo's hands: plain HTTP with a key, as any agent would. An answer that is not 2xx ends the demo. */
export type Json = Record<string, unknown>;

export interface Api {
  get<T = Json>(path: string): Promise<T>;
  post<T = Json>(path: string, body?: object): Promise<T>;
}

export class DemoFailed extends Error {
  override readonly name = 'DemoFailed';
}

export function createApi(url: string, key: string): Api {
  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new DemoFailed(`${method} ${path} answered ${answer.status}: ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as T;
  }
  return { get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) };
}

export function must(holds: boolean, what: string): void {
  if (!holds) throw new DemoFailed(`expected ${what}`);
}

const POLL_MS = 50;

/** Asks again until it holds. */
export async function until(what: string, withinMs: number, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new DemoFailed(`${what}: not within ${withinMs / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
