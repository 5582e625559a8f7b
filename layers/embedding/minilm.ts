/** all-MiniLM-L6-v2, int8 ONNX: 384 dimensions, WordPiece, mean pooling. Weights come by `npm run model:fetch`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import { type ModelLoader, TEXT_TOKENS_MAX } from './model.ts';
import { meanPool } from './pool.ts';

const DIMENSIONS = 384;
/** The length the model was trained for; two of these are [CLS] and [SEP]. */
const SEQUENCE_TOKENS = 256;
const SPECIAL_TOKENS = 2;

export const load: ModelLoader = async (modelsDir) => {
  const dir = join(modelsDir, 'all-MiniLM-L6-v2');
  // One thread: the runtime's own would be further workers, on a machine whose other cores serve requests.
  env.wasm.numThreads = 1;
  const [weights, tokenizer] = await Promise.all([readFile(join(dir, 'model.onnx')), loadTokenizer(dir)]);
  const session = await InferenceSession.create(weights, { graphOptimizationLevel: 'all' });
  const padId = tokenizer.token_to_id('[PAD]') ?? 0;

  const run = async (texts: readonly string[]) => {
    const ids = texts.map((text) => sequence(tokenizer.encode(text).ids));
    const width = Math.max(...ids.map((row) => row.length));
    const mask = ids.map((row) => Array.from({ length: width }, (_, i) => (i < row.length ? 1 : 0)));
    const padded = ids.map((row) => Array.from({ length: width }, (_, i) => row[i] ?? padId));
    const input = (rows: number[][]) =>
      new Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), [rows.length, width]);
    const feeds = {
      input_ids: input(padded),
      attention_mask: input(mask),
      token_type_ids: input(mask.map((row) => row.map(() => 0))),
    };
    const hidden = (await session.run(feeds)).last_hidden_state;
    if (!(hidden?.data instanceof Float32Array) || hidden.dims[2] !== DIMENSIONS) {
      throw new Error(
        `model.onnx gives no last_hidden_state of ${DIMENSIONS} dimensions: run npm run model:fetch again`,
      );
    }
    return meanPool(hidden.data, mask, DIMENSIONS);
  };

  return {
    dimensions: DIMENSIONS,
    windowTokens: SEQUENCE_TOKENS - SPECIAL_TOKENS,
    chunksMax: TEXT_TOKENS_MAX / SEQUENCE_TOKENS,
    countTokens: (word) => tokenizer.encode(word, { add_special_tokens: false }).ids.length,
    run,
  };
};

async function loadTokenizer(dir: string): Promise<Tokenizer> {
  const [tokenizer, config] = await Promise.all(
    ['tokenizer.json', 'tokenizer_config.json'].map(async (file) => {
      const parsed: unknown = JSON.parse(await readFile(join(dir, file), 'utf8'));
      if (typeof parsed !== 'object' || parsed === null) throw new Error(`${file} in ${dir} is not a JSON object`);
      return parsed;
    }),
  );
  if (!tokenizer || !config) throw new Error(`no tokenizer in ${dir}`);
  return new Tokenizer(tokenizer, config);
}

/** A chunk's pieces may join into more tokens than were counted word by word; the last one stays [SEP]. */
function sequence(ids: readonly number[]): number[] {
  return ids.length <= SEQUENCE_TOKENS ? [...ids] : [...ids.slice(0, SEQUENCE_TOKENS - 1), ...ids.slice(-1)];
}
