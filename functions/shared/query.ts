/** The query string as named texts. Parsed here, since the gateway's own parsing joins repeated parameters and loses bad escapes. */
import type { Faults } from './faults.ts';
import { childPath } from './paths.ts';

const METADATA_PREFIX = 'metadata.';

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

/** A metadata value written in a URL: `true`, `false` and plain numbers as such, `"3"` in quotes as the string. */
export function metadataValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^".*"$/s.test(text)) return text.slice(1, -1);
  const number = Number(text);
  return text !== '' && Number.isFinite(number) && String(number) === text ? number : text;
}

/** Collects `metadata.<key>` under `metadata`; `lists` may be repeated and are joined with commas, others only given once. */
export function parseQuery(raw: string | undefined, lists: readonly string[], faults: Faults): Record<string, unknown> {
  const values = new Map<string, unknown>();
  const metadata = new Map<string, unknown>();
  for (const pair of (raw ?? '').split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decode(at < 0 ? pair : pair.slice(0, at));
    const value = at < 0 ? '' : decode(pair.slice(at + 1));
    if (name === null || value === null) {
      faults.add(name === null ? 'query' : childPath('', name), 'is not percent-encoded UTF-8');
    } else if (name.startsWith(METADATA_PREFIX)) {
      const key = name.slice(METADATA_PREFIX.length);
      if (metadata.has(key)) faults.add(childPath('metadata', key), 'is given more than once');
      metadata.set(key, metadataValue(value));
    } else if (!values.has(name)) values.set(name, value);
    else if (lists.includes(name)) values.set(name, `${values.get(name)},${value}`);
    else faults.add(childPath('', name), 'is given more than once');
  }
  // From entries, so that a parameter named `__proto__` becomes a property like any other.
  if (metadata.size > 0 && !values.has('metadata')) values.set('metadata', Object.fromEntries(metadata));
  return Object.fromEntries(values);
}
