/** A Lua script by its text and its SHA-1, under which Redis keeps it; and the shape that all our scripts answer in. */
import { createHash } from 'node:crypto';

export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') });

/** Scripts answer lists of text only: numbers would lose their fraction on the way. */
export function textList(reply: unknown): string[] {
  if (Array.isArray(reply) && reply.every((part) => typeof part === 'string')) return reply;
  throw new TypeError('a script answered something else than a list of text');
}

/** A list of such lists. */
export function textLists(reply: unknown): string[][] {
  if (Array.isArray(reply)) return reply.map(textList);
  throw new TypeError('a script answered something else than lists of text');
}

/** A flat list as the groups that it was made of. */
export const inGroups = (list: readonly string[], size: number): string[][] =>
  Array.from({ length: list.length / size }, (_, at) => list.slice(at * size, (at + 1) * size));

export const inPairs = (list: readonly string[]): [string, string][] =>
  inGroups(list, 2).map(([first = '', second = '']) => [first, second]);
