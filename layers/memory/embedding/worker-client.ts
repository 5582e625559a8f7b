/**
 * The main thread's end of the model worker. The worker starts with the first request; when it dies, what it was working on
 * is rejected and the next request starts another. It keeps the process alive only while a request is under way.
 */
import { Worker } from 'node:worker_threads';
import { EmbeddingError } from './errors.ts';
import type { EmbedReply, EmbedRequest, WorkerStart } from './worker-protocol.ts';

interface Waiting {
  resolve(vectors: Float32Array): void;
  reject(error: Error): void;
}

interface Running {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

export class WorkerClient {
  readonly #module: string;
  readonly #start: WorkerStart;
  #running: Running | undefined;
  #closed = false;
  #lastId = 0;

  constructor(module: string, start: WorkerStart) {
    this.#module = module;
    this.#start = start;
  }

  /** The vectors of the texts, end to end. Rejects with an EmbeddingError. */
  request(texts: readonly string[], urgent: boolean): Promise<Float32Array> {
    if (this.#closed) return Promise.reject(new EmbeddingError('the embedder is closed'));
    this.#running ??= this.#spawn();
    const { worker, waiting } = this.#running;
    this.#lastId += 1;
    const message: EmbedRequest = { id: this.#lastId, texts, urgent };
    return new Promise((resolve, reject) => {
      waiting.set(message.id, { resolve, reject });
      worker.ref();
      worker.postMessage(message);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const running = this.#running;
    if (!running) return;
    this.#abandon(running, new EmbeddingError('the embedder was closed while a text was being embedded'));
    await running.worker.terminate();
  }

  #spawn(): Running {
    // No inherited flags (a debugger's, a test runner's) and no environment: the model's thread needs no secrets.
    const worker = new Worker(this.#module, { workerData: this.#start, execArgv: [], env: {} });
    const running: Running = { worker, waiting: new Map() };
    worker.on('message', (reply: EmbedReply) => this.#settle(running, reply));
    worker.on('error', (cause: Error) => {
      const message = `the embedding worker for ${this.#start.model} failed: ${cause.message}`;
      this.#abandon(running, new EmbeddingError(message, { cause }));
    });
    worker.on('exit', (code) => {
      const message = `the embedding worker for ${this.#start.model} stopped (exit code ${code}); the next call starts it again`;
      this.#abandon(running, new EmbeddingError(message));
    });
    return running;
  }

  #settle({ worker, waiting }: Running, reply: EmbedReply): void {
    const request = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) worker.unref();
    if ('error' in reply) request?.reject(new EmbeddingError(reply.error));
    else request?.resolve(reply.vectors);
  }

  /** Called for `error` and again for the `exit` after it: the second finds nothing left to reject. */
  #abandon(running: Running, error: EmbeddingError): void {
    if (this.#running === running) this.#running = undefined;
    for (const request of running.waiting.values()) request.reject(error);
    running.waiting.clear();
  }
}
