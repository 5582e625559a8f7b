/** Numbers, sizes and times as the page writes them. */
const whole = new Intl.NumberFormat('en-US');
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const clockTime = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const dayAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** From here on a count is shortened: 12,345 stays, 1,234,567 becomes 1.2M. */
const COMPACT_FROM = 1_000_000;

export const count = (value: number): string => (Math.abs(value) < COMPACT_FROM ? whole : compact).format(value);

/** `plural(1, 'memory', 'memories')` -> "1 memory". */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

export const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

export function milliseconds(value: number): string {
  if (value < 10) return `${value.toFixed(1)} ms`;
  return value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
}

export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1_000 ** power;
  return `${scaled >= 100 || power === 0 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power]}`;
}

export const timeOfDay = (iso: string): string => clockTime.format(new Date(iso));
export const dateTime = (iso: string): string => dayAndTime.format(new Date(iso));

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** "3 days ago", against `now`, which is the service's clock where it is known. */
export function ago(iso: string, now = Date.now()): string {
  const elapsed = Date.parse(iso) - now;
  const [unit, length] = STEPS.find(([, ms]) => Math.abs(elapsed) >= ms) ?? ['second', 1_000];
  return relative.format(Math.round(elapsed / length), unit);
}

/** An id's last part: enough to tell two apart. */
export const shortId = (id: string): string => `…${id.slice(-6)}`;
