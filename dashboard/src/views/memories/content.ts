/** What a memory says, from content of any shape: a line for lists, a text to compare versions by. Pure. */
type Content = Readonly<Record<string, unknown>>;

/** Where agents put the sentence that matters, the likeliest first. */
const LEADS = ['text', 'summary', 'title', 'content', 'message', 'fact', 'insight', 'name', 'description'];

/** The field that speaks for the whole, if one is text. */
export function leadOf(content: Content): [field: string, text: string] | undefined {
  const fields = [...LEADS, ...Object.keys(content)];
  for (const field of fields) {
    const value = content[field];
    if (typeof value === 'string' && value.trim() !== '') return [field, value];
  }
  return undefined;
}

export const lineOf = (content: Content): string => leadOf(content)?.[1].trim() ?? JSON.stringify(content);

/** The content without its leading text; undefined where nothing is left. */
export function restOf(content: Content): Content | undefined {
  const lead = leadOf(content)?.[0];
  const rest = Object.entries(content).filter(([field]) => field !== lead);
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

/** Cut at a blank near `length`, with an ellipsis. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length);
  const blank = cut.lastIndexOf(' ');
  return `${cut.slice(0, blank > length / 2 ? blank : length).trimEnd()}…`;
}

export interface FieldTexts {
  field: string;
  from: string;
  to: string;
}

/** The fields of a content that differ, each as a text to compare: plain text as such, all else as indented JSON. */
export function changedFields(from: unknown, to: unknown): FieldTexts[] {
  const [before, after] = [from, to].map((value) => (isRecord(value) ? value : {}));
  const fields = new Set([...Object.keys(after ?? {}), ...Object.keys(before ?? {})]);
  return [...fields]
    .map((field) => ({ field, from: comparable(before?.[field]), to: comparable(after?.[field]) }))
    .filter((texts) => texts.from !== texts.to);
}

function comparable(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
