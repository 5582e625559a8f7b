/** The models we know: what the domain has to know about each, none of their weights. To add one, add a row here and its runtime. */

export interface ModelFacts {
  readonly dimensions: number;
  /** Fixed by `test/integration/embedding/cosine-floor.test.ts` on sentence pairs, where the weights are at hand. */
  readonly cosineFloor: number;
  readonly runsIn: 'worker' | 'bedrock';
  /** Files that `npm run model:fetch` brings; empty: the weights come with npm or live elsewhere. */
  readonly weights: readonly string[];
}

export const MODELS = {
  // Measured on 24 pairs each: unrelated -0.08..0.25, related 0.37..0.89, of which one lies below 0.4.
  'universal-sentence-encoder-lite': { dimensions: 512, cosineFloor: 0.4, runsIn: 'worker', weights: [] },
  // 0.3 is provisional: the floor test measures this model too, once its weights have been fetched.
  'all-MiniLM-L6-v2': {
    dimensions: 384,
    cosineFloor: 0.3,
    runsIn: 'worker',
    weights: ['model.onnx', 'tokenizer.json', 'tokenizer_config.json'],
  },
  // 512 of 1,024 possible dimensions: half the index. The floor is provisional: it takes an AWS account to measure it.
  'bedrock:amazon.titan-embed-text-v2:0': { dimensions: 512, cosineFloor: 0.25, runsIn: 'bedrock', weights: [] },
} as const satisfies Record<string, ModelFacts>;

export type ModelName = keyof typeof MODELS;

export const DEFAULT_MODEL: ModelName = 'universal-sentence-encoder-lite';

export function isModelName(name: string): name is ModelName {
  return Object.hasOwn(MODELS, name);
}
