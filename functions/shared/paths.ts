/** Where a fault lies, as text: `memories[3].priority`, `metadata["a b"]`. Bounded, since keys come from the caller. */

const SEGMENT_CHARACTERS_MAX = 64;
const PATH_CHARACTERS_MAX = 300;

export function childPath(path: string, segment: PropertyKey): string {
  if (typeof segment === 'number') return `${path}[${segment}]`.slice(0, PATH_CHARACTERS_MAX);
  const key = String(segment).slice(0, SEGMENT_CHARACTERS_MAX).toWellFormed();
  const plain = /^[A-Za-z_][\w-]*$/.test(key);
  const step = plain ? (path === '' ? key : `.${key}`) : `[${JSON.stringify(key)}]`;
  return `${path}${step}`.slice(0, PATH_CHARACTERS_MAX);
}

export const pathOf = (segments: readonly PropertyKey[]): string => segments.reduce<string>(childPath, '');
