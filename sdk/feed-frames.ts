/** Reads what the server sends. */
import type { ServerFrame } from './wire.ts';

/**
 * The frame in a message; undefined for what is none, such as API Gateway's own `{"message": "Internal server error"}`, and for
 * kinds that a later version may add.
 */
export function frameIn(data: unknown): ServerFrame | undefined {
  if (typeof data !== 'string') return undefined;
  const frame = parsed(data);
  if (typeof frame !== 'object' || frame === null || !('kind' in frame)) return undefined;
  return KINDS.has(frame.kind) ? (frame as ServerFrame) : undefined;
}

const KINDS = new Set<unknown>([
  'events',
  'subscribed',
  'pong',
  'error',
  'ephemeral',
  'resync',
] satisfies ServerFrame['kind'][]);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
