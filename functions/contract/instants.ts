/** RFC 3339 times: checked to the day of the month, taken in any offset, handed on in UTC with milliseconds. */
import { type Instant, instant } from '@auren/memory/clock.ts';

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/** Bounds within which every engine can hold a time. */
const EARLIEST = Date.parse('1900-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T00:00:00Z');

/** The instant a text names, or null where it names none. `Date.parse` alone would take February 30. */
export function parseInstant(text: string): Instant | null {
  const parts = RFC3339.exec(text);
  if (parts === null) return null;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const time = Date.parse(text.toUpperCase());
  return time >= EARLIEST && time <= LATEST ? instant(time) : null;
}
