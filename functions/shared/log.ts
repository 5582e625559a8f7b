/** Structured logs: one JSON line each on stderr. Errors of engines may quote a query or a connection string, so they are redacted. */

export type Level = 'info' | 'warn' | 'error';

const MESSAGE_CHARACTERS_MAX = 300;
const CAUSES_MAX = 5;
const FRAMES_MAX = 12;

const REDACTIONS: [RegExp, string][] = [
  [/[a-z][a-z0-9+.-]*:\/\/[^\s"']+/gi, '<url>'],
  [/\bauren_[a-z0-9]+_\S+/gi, '<api key>'],
  [/\bBearer\s+\S+/gi, 'Bearer <token>'],
  // @upstash/redis quotes the whole command, content included.
  [/,?\s*command was:.*/is, ', command withheld'],
];

export const redact = (text: string): string =>
  REDACTIONS.reduce((held, [pattern, stand]) => held.replace(pattern, stand), text).slice(0, MESSAGE_CHARACTERS_MAX);

/** Only the frames: the head of a stack repeats the message. */
const framesOf = (error: Error): string[] =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, FRAMES_MAX)
    .map((line) => line.trim());

/** An error with its causes, fit for a log. */
export function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: redact(String(error)) };
  const code = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message: redact(error.message),
    stack: framesOf(error),
    ...(error.cause !== undefined && depth < CAUSES_MAX ? { cause: describeError(error.cause, depth + 1) } : {}),
  };
}

const LEVELS: readonly Level[] = ['info', 'warn', 'error'];
let least: Level = 'info';

/** Leaves out what is below the level: the local run's schedules come every few seconds and would fill the terminal. */
export function logFrom(level: Level): void {
  least = level;
}

export function log(level: Level, message: string, fields: Record<string, unknown> = {}): void {
  if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
  process.stderr.write(`${JSON.stringify({ level, at: new Date().toISOString(), message, ...fields })}\n`);
}
