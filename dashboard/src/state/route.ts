/** Hash routes: `#/memories/mem_1?q=sleep` -> view, rest of the path, parameters. Never holds a key. */
import { signal } from '@preact/signals';

export const VIEWS = ['overview', 'live', 'memories', 'agents', 'patterns', 'clock'] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  view: View;
  /** What follows the view, decoded. */
  rest: string[];
  params: URLSearchParams;
}

const isView = (name: string | undefined): name is View => VIEWS.some((view) => view === name);

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return segment;
    throw error;
  }
}

export function parseHash(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [view, ...rest] = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decoded);
  return { view: isView(view) ? view : 'overview', rest, params: new URLSearchParams(query) };
}

export const route = signal<Route>(parseHash(location.hash));
window.addEventListener('hashchange', () => {
  route.value = parseHash(location.hash);
});

/** `href('memories', ['mem_1'], { q: 'sleep' })` -> `#/memories/mem_1?q=sleep`; empty values are left out. */
export function href(
  view: View,
  rest: readonly string[] = [],
  params: Record<string, string | undefined> = {},
): string {
  const path = [view, ...rest.map(encodeURIComponent)].join('/');
  const given = Object.entries(params).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const query = new URLSearchParams(given).toString();
  return `#/${path}${query === '' ? '' : `?${query}`}`;
}

export const memoryHref = (id: string): string => href('memories', [id]);

/** Goes to a view; `replace` keeps it out of the browser's history, as for each letter of a search. */
export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, '', to);
  else location.hash = to;
  route.value = parseHash(to);
}
