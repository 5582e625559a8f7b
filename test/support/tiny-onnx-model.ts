/** The three files of a fetched model, made small: ten words, a vector of 384 dimensions each. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tinyOnnx } from './tiny-onnx.ts';

export const TINY_DIMENSIONS = 384;

const TOKENS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'sleep', 'improves', 'heart', 'rate', 'invoice', '##s', 'paid'];

/** Each token has two dimensions of its own, of different size, so that every token counts and none cancels another. */
export const TINY_TABLE: readonly (readonly number[])[] = TOKENS.map((_, id) =>
  Array.from({ length: TINY_DIMENSIONS }, (_, i) => (i === 2 * id ? 1 : i === 2 * id + 1 ? id / 10 : 0)),
);

export function tinyTokenId(token: string): number {
  return TOKENS.indexOf(token);
}

const special = (token: string) => ({ SpecialToken: { id: token, type_id: 0 } });
const TOKENIZER = {
  version: '1.0',
  added_tokens: TOKENS.slice(0, 4).map((content, id) => ({ id, content, special: true, normalized: false })),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
    pair: [],
    special_tokens: Object.fromEntries(
      ['[CLS]', '[SEP]'].map((token) => [token, { id: token, ids: [tinyTokenId(token)], tokens: [token] }]),
    ),
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(TOKENS.map((token, id) => [token, id])),
  },
};

/** File name -> bytes, as `npm run model:fetch` stores them. */
export function tinyModelFiles(): Record<string, Uint8Array> {
  return {
    'model.onnx': tinyOnnx(TINY_TABLE, TINY_DIMENSIONS),
    'tokenizer.json': Buffer.from(JSON.stringify(TOKENIZER)),
    'tokenizer_config.json': Buffer.from(JSON.stringify({ tokenizer_class: 'BertTokenizer', do_lower_case: true })),
  };
}

export async function writeTinyModel(modelsDir: string): Promise<void> {
  const dir = join(modelsDir, 'all-MiniLM-L6-v2');
  await mkdir(dir, { recursive: true });
  for (const [name, bytes] of Object.entries(tinyModelFiles())) await writeFile(join(dir, name), bytes);
}
