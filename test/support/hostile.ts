/** Requests that must be refused, made from valid ones: every field of a body damaged in turn. */

import type { Answer, Client } from './http.ts';

/** What is stored, and the newest event: the same before and after means that nothing was written. */
export async function everything(api: Client): Promise<Record<string, Answer['body']>> {
  const [stats, keys, spaces, events, memories] = await Promise.all(
    ['/v1/stats', '/v1/keys', '/v1/spaces', '/v1/events?order=desc&limit=1', '/v1/memories'].map((path) =>
      api.get(path),
    ),
  );
  const { total_memories, tier_distribution, pinned } = stats?.body ?? {};
  return {
    total_memories,
    tier_distribution,
    pinned,
    keys: keys?.body,
    spaces: spaces?.body,
    events: events?.body,
    memories: memories?.body,
  };
}

export interface Damaged {
  /** Path of the damaged field as problems name it: `memories[0].priority`. */
  path: string;
  /** The whole body as JSON text, since some of it cannot be written as a value. */
  text: string;
  what: string;
}

type Step = string | number;

const named = (steps: readonly Step[]): string =>
  steps.reduce<string>(
    (path, step) => (typeof step === 'number' ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`),
    '',
  );

/** Every place in a JSON value below its root. */
export function places(value: unknown, steps: Step[] = []): { steps: Step[]; value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [Step, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([step, held]) => {
    const at = [...steps, step];
    return [{ steps: at, value: held }, ...places(held, at)];
  });
}

const HOLE = '\u{1F573}hole';

/** The body as text with `json` in one place. */
export function withJsonAt(body: unknown, steps: readonly Step[], json: string): string {
  const copy = structuredClone(body) as Record<Step, unknown>;
  let holder = copy;
  for (const step of steps.slice(0, -1)) holder = holder[step] as Record<Step, unknown>;
  holder[steps.at(-1) ?? ''] = HOLE;
  return JSON.stringify(copy).replace(JSON.stringify(HOLE), () => json);
}

/** What no field takes, whatever its type. */
const IN_NO_FIELD = {
  'a lone surrogate': '"\\ud800"',
  NUL: '"a\\u0000b"',
  'a number past every number': '1e400',
  'a key that reaches prototypes': '{"__proto__": {"admin": true}}',
  'endless depth': `${'['.repeat(200)}${']'.repeat(200)}`,
} as const;

/** Values of other types than the one that stands there, by what stands there. */
const OTHERS: Record<string, readonly string[]> = {
  string: ['42', 'true', '[]', '{"a": 1}', '""'],
  number: ['"42"', 'true', '[1]', '{}', '-1', '1e308', '""'],
  boolean: ['"true"', '1', '[]', '{}'],
  list: ['42', '"a,b"', '{}', 'true'],
  object: ['42', '[]', 'true', '""'],
};

const kindOf = (value: unknown) => {
  if (Array.isArray(value)) return 'list';
  return value !== null && typeof value === 'object' ? 'object' : typeof value;
};

/** Places whose contents are the caller's own: any JSON, any label. What may stand in them is tested apart. */
const isFree = (steps: readonly Step[]) => steps.some((step) => step === 'content' || step === 'metadata');
/** A query may be empty; a search for `""` lists. */
const mayBeEmpty = (steps: readonly Step[]) => steps.at(-1) === 'query';

/** Each field with what no field takes, and each typed field with values of other types. */
export function damaged(body: Record<string, unknown>): Damaged[] {
  return places(body).flatMap(({ steps, value }) => {
    const forbidden = Object.entries(IN_NO_FIELD).map(([what, json]) => ({ what, json }));
    const mistyped = isFree(steps) ? [] : (OTHERS[kindOf(value)] ?? []).map((json) => ({ what: json, json }));
    return [...forbidden, ...mistyped]
      .filter(({ json }) => !(json === '""' && mayBeEmpty(steps)))
      .map(({ what, json }) => ({ what, path: named(steps), text: withJsonAt(body, steps, json) }));
  });
}
