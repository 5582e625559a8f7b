/** A memory's searchable text. Pure. */
import type { Json, JsonObject } from '../model/json.ts';

/**
 * The string values of the content in document order, one a line; keys, numbers and booleans are left out, blank strings
 * skipped. An empty result means that there is nothing to search. Document order is that of `JSON.parse`, which puts keys
 * that look like array indexes first. A stack instead of recursion: 16 KB of content may be 8,000 levels deep.
 */
export function searchableText(content: JsonObject): string {
  const lines: string[] = [];
  const stack: Json[] = [content];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (typeof value === 'string') {
      const line = value.trim();
      if (line !== '') lines.push(line);
    } else if (typeof value === 'object' && value !== null) {
      for (const child of Object.values(value).reverse()) stack.push(child);
    }
  }
  return lines.join('\n');
}
