/** A client's message: JSON of at most one frame. */
import { AurenError } from '@auren/memory/errors.ts';
import { SOCKET } from '../routes.ts';
import { Faults } from './faults.ts';
import { guardJson } from './json-guard.ts';
import type { SocketEvent } from './socket-event.ts';

/** Throws `too_large`, `malformed_json`, or `invalid_field` for what no JSON may hold. */
export function messageOf({ body, isBase64Encoded }: SocketEvent): unknown {
  const text = body ?? '';
  if (isBase64Encoded === true) throw new AurenError('malformed_json', 'Send text, not binary messages.');
  if (Buffer.byteLength(text) > SOCKET.FRAME_BYTES_MAX)
    throw new AurenError('too_large', `A message may have at most ${SOCKET.FRAME_BYTES_MAX} bytes.`);
  const message = parsed(text);
  const faults = new Faults();
  for (const { path, message: what } of guardJson(message)) faults.add(path || 'message', what);
  faults.throwIfAny();
  return message;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own message quotes the text.
    throw new AurenError('malformed_json', 'The message is not valid JSON.', { cause });
  }
}
