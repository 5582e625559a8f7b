/** Model name -> runtime, each imported only when it is the one: the other's WASM is never read. */
import type { LocalModel } from './model.ts';

export async function loadModel(name: string, modelsDir: string): Promise<LocalModel> {
  switch (name) {
    case 'universal-sentence-encoder-lite':
      return (await import('./use-lite.ts')).load(modelsDir);
    case 'all-MiniLM-L6-v2':
      return (await import('./minilm.ts')).load(modelsDir);
    default:
      throw new Error(`this embedding layer has no model "${name}"`);
  }
}
