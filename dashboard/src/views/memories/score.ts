/** A score and its parts, as the bar shows and the screen reader says them. Pure. */
export interface ScorePart {
  name: string;
  label: string;
  /** What it is, for the legend. */
  about: string;
  /** CSS color. */
  color: string;
  value: number;
}

const KNOWN: readonly Omit<ScorePart, 'value'>[] = [
  { name: 'lexical', label: 'words', about: 'Words in common with the query (BM25)', color: 'var(--series-1)' },
  {
    name: 'semantic',
    label: 'meaning',
    about: 'Closeness in meaning (cosine of embeddings)',
    color: 'var(--series-2)',
  },
  { name: 'retention', label: 'retention', about: 'How much it deserves to be kept at hand', color: 'var(--series-3)' },
  { name: 'priority', label: 'priority', about: 'The priority that its agent gave it', color: 'var(--series-4)' },
  { name: 'confidence', label: 'confidence', about: 'How sure its agent was', color: 'var(--series-5)' },
  { name: 'recency', label: 'recency', about: 'How new it is; halves every 30 days', color: 'var(--series-6)' },
];
export const LEGEND: readonly Omit<ScorePart, 'value'>[] = KNOWN;

/** Parts that count, in the legend's order; names that this page does not know yet come last, in gray. */
export function scoreParts(explain: Readonly<Record<string, number>>): ScorePart[] {
  const known = KNOWN.map((part) => ({ ...part, value: explain[part.name] ?? 0 }));
  const others = Object.entries(explain)
    .filter(([name]) => !KNOWN.some((part) => part.name === name))
    .map(([name, value]) => ({ name, label: name, about: name, color: 'var(--series-none)', value }));
  return [...known, ...others].filter(({ value }) => value > 0);
}

export const scoreText = (score: number): string => score.toFixed(2);

/** "Score 0.83: words 0.56, meaning 0.20, priority 0.02". Three digits where two would say nothing. */
export function scoreWords(score: number, parts: readonly ScorePart[]): string {
  const told = parts.map(({ label, value }) => `${label} ${value < 0.01 ? value.toFixed(3) : value.toFixed(2)}`);
  return `Score ${scoreText(score)}${told.length > 0 ? `: ${told.join(', ')}` : ''}`;
}
