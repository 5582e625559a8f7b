/** What a model's runtime offers to the worker. One file a model (`use-lite.ts`, `minilm.ts`), all of this shape. */
export interface LocalModel {
  readonly dimensions: number;
  /** Tokens of text that one run reads; more would be ignored silently, so longer texts are cut into chunks of this size. */
  readonly windowTokens: number;
  /** How many chunks of a text are read; what follows is not searchable by meaning (it is by word). */
  readonly chunksMax: number;
  countTokens(word: string): number;
  /** One vector a text, not necessarily of length 1. */
  run(texts: readonly string[]): Promise<ArrayLike<number>[]>;
}

export type ModelLoader = (modelsDir: string) => Promise<LocalModel>;

/** A text is read up to here, whatever the model: 8 chunks of 256 tokens, or 16 of 128. */
export const TEXT_TOKENS_MAX = 2_048;
