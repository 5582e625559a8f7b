/**
 * What is known of a statement by its text: the name of its prepared form, so that PostgreSQL parses and plans a large
 * CTE once per connection instead of once per call, and whether it leaves something behind in the session.
 */

/** Per connection one prepared statement takes 10 to 200 KB, so the number of names is bounded. */
const NAMES_MAX = 400;
/** Longer texts are bulk writes built on the fly: neither worth a name nor worth the memory to remember them. */
const REMEMBERED_CHARS_MAX = 20_000;
/** Texts seen once, remembered to notice the second use; statements built on the fly never come back. */
const SEEN_MAX = 5_000;

const PREPARABLE = /^\s*(select|insert|update|delete|with|merge|values)\b/i;
const LEAVES_STATE = new RegExp(
  [
    '^\\s*(set(?!\\s+(local|transaction)\\b)|reset|listen|prepare|deallocate|discard|declare|load|begin|start)\\b',
    '^\\s*create\\s+(local\\s+|global\\s+)?temp',
    "set_config\\s*\\([^)]*,\\s*(false|'f')\\s*\\)",
    'pg_(try_)?advisory_lock',
  ].join('|'),
  'i',
);

const names = new Map<string, string>();
const seen = new Set<string>();
let generation = 0;

/** The name to prepare the text under, from its second use on; undefined to send it unnamed. */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (text.length > REMEMBERED_CHARS_MAX) return undefined;
  if (!seen.has(text)) {
    if (seen.size === SEEN_MAX) seen.clear();
    seen.add(text);
    return undefined;
  }
  if (names.size === NAMES_MAX || !PREPARABLE.test(text)) return undefined;
  const name = `auren_${generation}_${names.size}`;
  names.set(text, name);
  return name;
}

/** After a schema change: every statement is prepared anew under another name. */
export function forgetPlans(): void {
  generation += 1;
  names.clear();
}

/** Whether a connection that ran the text must not be used for the next request. */
export function leavesSessionState(text: string): boolean {
  const known = stateful.get(text);
  if (known !== undefined) return known;
  const leaves = LEAVES_STATE.test(text);
  if (text.length > REMEMBERED_CHARS_MAX) return leaves;
  if (stateful.size === SEEN_MAX) stateful.clear();
  stateful.set(text, leaves);
  return leaves;
}

const stateful = new Map<string, boolean>();
