/** Query strings as the contract takes them. */
export type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>;

/** Lists are joined by commas, as the contract takes them; what is absent or empty is left out. */
export function queryString(query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue;
    if (Array.isArray(value)) {
      if (value.length > 0) given.set(name, value.join(','));
    } else given.set(name, String(value));
  }
  const text = given.toString();
  return text === '' ? '' : `?${text}`;
}
