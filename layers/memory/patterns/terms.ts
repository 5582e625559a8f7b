/**
 * The words that set each group of texts apart: class-based tf-idf (c-TF-IDF, Grootendorst 2022, BERTopic), weight = tf(t, class) *
 * ln(1 + A / f(t)), A the mean number of words of a class, f(t) the count of t over all classes. A word counts once a text, so that a
 * long one does not speak for all, and has to stand in two texts of the group: a name that one memory holds is no topic. Pure.
 */
import { STOP_WORDS } from './stop-words.ts';

const TERMS_MAX = 6;
const TEXTS_MIN = 2;
const LETTERS_MIN = 2;
/** About what the embedders see of a text. */
const CHARACTERS_READ = 8_000;

const segmenter = /* @__PURE__ */ new Intl.Segmenter(undefined, { granularity: 'word' });
const WORD = /^[\p{L}\p{M}][\p{L}\p{M}\p{N}'’-]*$/u;

function wordsOf(text: string): Set<string> {
  const words = new Set<string>();
  for (const { segment, isWordLike } of segmenter.segment(text.slice(0, CHARACTERS_READ).toLowerCase())) {
    if (isWordLike && segment.length >= LETTERS_MIN && WORD.test(segment) && !STOP_WORDS.has(segment))
      words.add(segment);
  }
  return words;
}

function countIn(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

const total = (counts: Map<string, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0);

/** Terms of each class, best first; `rest` are the texts of no class, one more class to stand out against. */
export function termsOf(classes: readonly (readonly string[])[], rest: readonly string[]): string[][] {
  const counted = classes.map(countIn);
  const all = [...counted, countIn(rest)];
  const meanWords = all.reduce((sum, counts) => sum + total(counts), 0) / all.length;
  const everywhere = new Map<string, number>();
  for (const counts of all) {
    for (const [word, count] of counts) everywhere.set(word, (everywhere.get(word) ?? 0) + count);
  }
  const weight = (word: string, count: number) => count * Math.log(1 + meanWords / (everywhere.get(word) ?? count));
  return counted.map((counts) =>
    [...counts]
      .filter(([, count]) => count >= TEXTS_MIN)
      .map(([word, count]) => ({ word, weight: weight(word, count) }))
      .sort((a, b) => b.weight - a.weight)
      .slice(0, TERMS_MAX)
      .map(({ word }) => word),
  );
}
