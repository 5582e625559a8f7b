/** Where fetched weights come from and what they must be: a fixed revision, a SHA-256 a file. Changing one is a decision. */

export interface ModelFile {
  /** The name we store it under. */
  readonly name: string;
  /** Its path in the repository. */
  readonly path: string;
  readonly sha256: string;
}

export interface ModelManifest {
  readonly model: string;
  readonly repository: string;
  readonly revision: string;
  readonly files: readonly ModelFile[];
}

export const HUB = 'https://huggingface.co';

export const MINILM: ModelManifest = {
  model: 'all-MiniLM-L6-v2',
  repository: 'Xenova/all-MiniLM-L6-v2',
  revision: '751bff37182d3f1213fa05d7196b954e230abad9',
  files: [
    {
      name: 'model.onnx',
      path: 'onnx/model_quantized.onnx',
      sha256: 'afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1',
    },
    {
      name: 'tokenizer.json',
      path: 'tokenizer.json',
      sha256: 'da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0',
    },
    {
      name: 'tokenizer_config.json',
      path: 'tokenizer_config.json',
      sha256: '9261e7d79b44c8195c1cada2b453e55b00aeb81e907a6664974b4d7776172ab3',
    },
  ],
};

export function fileUrl(base: string, { repository, revision }: ModelManifest, { path }: ModelFile): string {
  return `${base.replace(/\/+$/, '')}/${repository}/resolve/${revision}/${path}`;
}
