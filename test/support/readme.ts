/** The README's tour as a program: its shell samples in order, each with the answer that the README shows for it, if any. */

export interface Sample {
  code: string;
  /** The JSON that follows the sample. */
  shown: unknown;
}

const TOUR = /<!-- tour -->([\s\S]*?)<!-- \/tour -->/;
const FENCE = /^```(bash|json)\n([\s\S]*?)^```$/gm;

/** A sample that only says where the API is: a test says so itself. */
const isSetup = (code: string) => code.startsWith('# in another terminal') || /^(export )?AUREN_(URL|KEY)=/.test(code);

export function tourOf(readme: string): Sample[] {
  const tour = TOUR.exec(readme)?.[1];
  if (tour === undefined) throw new Error('the README has no tour between <!-- tour --> and <!-- /tour -->');
  const samples: Sample[] = [];
  for (const [, language, text = ''] of tour.matchAll(FENCE)) {
    const last = samples.at(-1);
    if (language === 'bash') samples.push({ code: text, shown: undefined });
    else if (last) last.shown = JSON.parse(text);
  }
  return samples.filter(({ code }) => !isSetup(code));
}

/** What differs in structure: keys that are shown and not there. Lists are compared by their first element. */
export function missingKeys(shown: unknown, real: unknown, path = ''): string[] {
  if (Array.isArray(shown)) {
    if (!Array.isArray(real)) return [`${path} is no list`];
    return shown.length === 0 ? [] : missingKeys(shown[0], real[0], `${path}[0]`);
  }
  if (typeof shown !== 'object' || shown === null) return [];
  if (typeof real !== 'object' || real === null) return [`${path} is no object`];
  const held = new Map(Object.entries(real));
  return Object.entries(shown).flatMap(([key, value]) =>
    held.has(key) ? missingKeys(value, held.get(key), `${path}.${key}`) : [`${path}.${key}`],
  );
}
