/** Local models behind the VectorEngine: the worker's flat answer cut into one vector a text. */
import type { VectorEngine } from './embedder.ts';
import { WorkerClient } from './worker-client.ts';
import type { WorkerStart } from './worker-protocol.ts';

export function workerEngine(module: string, start: WorkerStart, dimensions: number): VectorEngine {
  const client = new WorkerClient(module, start);
  return {
    async vectors(texts, urgent) {
      const flat = await client.request(texts, urgent);
      return texts.map((_, i) => flat.slice(i * dimensions, (i + 1) * dimensions));
    },
    close: () => client.close(),
  };
}
