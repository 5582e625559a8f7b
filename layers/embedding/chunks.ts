/** Text -> chunks that fit a model's window. Pure: the tokenizer is a parameter. */

export interface Chunk {
  readonly text: string;
  readonly tokens: number;
}

export interface ChunkLimits {
  readonly windowTokens: number;
  readonly chunksMax: number;
  countTokens(word: string): number;
}

/** Longer runs without a space (base64, Chinese) are cut here, so that each piece fits every window and costs little to count. */
const PIECE_CHARACTERS_MAX = 64;

/**
 * Fills chunks word by word. White space becomes one space, which is where both tokenizers split anyway, so tokens may be
 * counted a word at a time; a tokenizer over the whole text would take quadratic time. A text without words has no chunks.
 */
export function chunksOf(text: string, { windowTokens, chunksMax, countTokens }: ChunkLimits): Chunk[] {
  const chunks: Chunk[] = [];
  let words: string[] = [];
  let tokens = 0;
  for (const word of wordsOf(text)) {
    const wordTokens = Math.min(countTokens(word), windowTokens);
    if (tokens + wordTokens > windowTokens && words.length > 0) {
      chunks.push({ text: words.join(' '), tokens });
      if (chunks.length === chunksMax) return chunks;
      words = [];
      tokens = 0;
    }
    words.push(word);
    tokens += wordTokens;
  }
  if (words.length > 0) chunks.push({ text: words.join(' '), tokens });
  return chunks;
}

/** Never cuts a surrogate pair. */
function* wordsOf(text: string): Generator<string> {
  for (const [word] of text.matchAll(/\S+/g)) {
    if (word.length <= PIECE_CHARACTERS_MAX) {
      yield word;
      continue;
    }
    const characters = Array.from(word);
    for (let from = 0; from < characters.length; from += PIECE_CHARACTERS_MAX) {
      yield characters.slice(from, from + PIECE_CHARACTERS_MAX).join('');
    }
  }
}
