/** A text with the words of the query marked. */
const WORDS = /[\p{L}\p{N}]{3,}/gu;
/** Marked, they would draw the eye to nothing. */
const COMMON = new Set(
  'about and are did does for from had has have how into than that the their them then they this was were what when where which who why will with you your'.split(
    ' ',
  ),
);

export function Marked({ text, query }: { text: string; query: string }) {
  const words = [...new Set(query.toLowerCase().match(WORDS) ?? [])].filter((word) => !COMMON.has(word));
  if (words.length === 0) return <>{text}</>;
  // Only letters and digits: nothing to escape. Every second piece is a match.
  const pieces = text.split(new RegExp(`((?<![\\p{L}\\p{N}])(?:${words.join('|')}))`, 'giu'));
  return <>{pieces.map((piece, n) => (n % 2 === 1 ? <mark key={n}>{piece}</mark> : piece))}</>;
}
