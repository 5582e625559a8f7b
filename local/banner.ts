/** What the start prints at its end: where everything is, and a first command to copy. */
import { HTTP_ROUTES } from '../functions/routes.ts';
import type { Stack } from './stack.ts';

type Shown = Pick<Stack, 'url' | 'socketUrl' | 'key' | 'keyIsNew' | 'dataDir' | 'clock' | 'describe'>;

/** Pages that a person opens; only those that the route table has are shown. */
const PAGES = { docs: 'Docs', openapi: 'OpenAPI' };

const FIRST_MEMORY = '{"agent_id":"me","type":"fact","content":"The sky is blue."}';

export function banner(stack: Shown, tookMs: number): string {
  const { url, socketUrl, key, clock } = stack;
  const pages = HTTP_ROUTES.flatMap(({ name, path }) =>
    name in PAGES ? [row(PAGES[name as keyof typeof PAGES], `${url}${path}`)] : [],
  );
  const lines = [
    `AUREN Memory runs (started in ${(tookMs / 1_000).toFixed(1)} s). Ctrl-C stops it.`,
    '',
    row('Page', `${url}/`),
    row('API', `${url}/v1`),
    row('WebSocket', socketUrl),
    ...pages,
    ...stack.describe().map((line, at) => row(at === 0 ? 'Engines' : '', line)),
    row('Data', stack.dataDir),
    ...(clock.offsetDays > 0 ? [row('Clock', `${clock.offsetDays} days ahead: ${clock.now().toISOString()}`)] : []),
    row('Key', `${key} (${stack.keyIsNew ? 'new' : 'kept'}, in ${stack.dataDir}/dev-key)`),
    '',
    'Store a first memory:',
    '',
    `  curl ${url}/v1/memories -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' \\`,
    `    -d '${FIRST_MEMORY}'`,
    '',
  ];
  return lines.join('\n');
}

const row = (name: string, value: string) => `  ${name.padEnd(11)}${value}`;
