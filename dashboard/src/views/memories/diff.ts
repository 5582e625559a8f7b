/**
 * What changed between two texts, word by word: the longest common subsequence of their words (Wagner and Fischer 1974), after what
 * both begin and end with. Pure.
 */
export interface Piece {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** Above it (16 MB of table) the middle is told as replaced whole; a content has at most 16 KB. */
const CELLS_MAX = 8_000_000;

/** Words with the blanks after them, and punctuation by itself, so that the pieces put together are the text. */
const wordsOf = (text: string): string[] => text.match(/\n+ *|[\p{L}\p{N}_'’-]+ *|[^\p{L}\p{N}]/gu) ?? [];

/** Pieces in reading order; a removed one stands before what was added in its place. */
export function wordDiff(before: string, after: string): Piece[] {
  const from = wordsOf(before);
  const to = wordsOf(after);
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start += 1;
  let end = 0;
  while (end < from.length - start && end < to.length - start && from.at(-1 - end) === to.at(-1 - end)) end += 1;
  const pieces = [
    piece('same', from.slice(0, start)),
    ...middle(from.slice(start, from.length - end), to.slice(start, to.length - end)),
    piece('same', from.slice(from.length - end)),
  ];
  return joined(pieces);
}

const piece = (kind: Piece['kind'], words: readonly string[]): Piece => ({ kind, text: words.join('') });

function middle(from: readonly string[], to: readonly string[]): Piece[] {
  if (from.length * to.length > CELLS_MAX) return [piece('removed', from), piece('added', to)];
  const width = to.length + 1;
  const common = commonLengths(from, to, width);
  const pieces: Piece[] = [];
  let row = 0;
  let column = 0;
  while (row < from.length || column < to.length) {
    const [left, right] = [from[row], to[column]];
    if (left !== undefined && left === right) {
      pieces.push({ kind: 'same', text: left });
      row += 1;
      column += 1;
    } else if (
      left !== undefined &&
      (right === undefined || at(common, row + 1, column) >= at(common, row, column + 1))
    ) {
      pieces.push({ kind: 'removed', text: left });
      row += 1;
    } else {
      pieces.push({ kind: 'added', text: right ?? '' });
      column += 1;
    }
  }
  return pieces;

  function at(table: Uint16Array, i: number, j: number): number {
    return table[i * width + j] ?? 0;
  }
}

/** Row i, column j: how many words the rests from i and from j have in common. */
function commonLengths(from: readonly string[], to: readonly string[], width: number): Uint16Array {
  const table = new Uint16Array((from.length + 1) * width);
  for (let i = from.length - 1; i >= 0; i -= 1) {
    for (let j = to.length - 1; j >= 0; j -= 1) {
      const [diagonal = 0, below = 0, right = 0] = [
        table[(i + 1) * width + j + 1],
        table[(i + 1) * width + j],
        table[i * width + j + 1],
      ];
      table[i * width + j] = from[i] === to[j] ? diagonal + 1 : Math.max(below, right);
    }
  }
  return table;
}

/** Runs of a kind become one piece. Between two that are the same, all that was removed comes before all that was added. */
function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  let removed = '';
  let added = '';
  const flush = () => {
    if (removed !== '') result.push({ kind: 'removed', text: removed });
    if (added !== '') result.push({ kind: 'added', text: added });
    removed = '';
    added = '';
  };
  for (const { kind, text } of pieces) {
    if (text === '') continue;
    if (kind === 'removed') removed += text;
    else if (kind === 'added') added += text;
    else {
      flush();
      const last = result.at(-1);
      if (last?.kind === 'same') last.text += text;
      else result.push({ kind, text });
    }
  }
  flush();
  return result;
}
