/** An export: each thing as a line of JSON that says its kind. */
import type { Exported } from '@auren/memory/memory.ts';
import type { LogEvent } from '@auren/memory/model/event.ts';
import { snakeCase, toEnvelope } from './events.ts';
import { toWire } from './memory.ts';

/** Fields under the names that the memory has on the wire. */
const toPayload = ({ payload }: LogEvent) =>
  payload && Object.fromEntries(Object.entries(payload).map(([field, value]) => [snakeCase(field), value]));

function toLine(item: Exported): Record<string, unknown> {
  if (item.kind === 'memory') return { kind: item.kind, ...toWire(item.memory) };
  if (item.kind === 'event')
    return { kind: item.kind, ...toEnvelope(item.event, null), payload: toPayload(item.event) };
  return { kind: item.kind, ...item.data };
}

/** Every line ends with a newline. */
export const toLines = (items: readonly Exported[]): string =>
  items.map((item) => `${JSON.stringify(toLine(item))}\n`).join('');
