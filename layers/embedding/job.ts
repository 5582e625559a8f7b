/** One request on its way through the worker: hands out chunks, takes back their vectors, ends with one vector a text. */
import { normalize } from '../memory/embedding/normalize.ts';
import type { EmbedReply, EmbedRequest } from '../memory/embedding/worker-protocol.ts';
import { type Chunk, chunksOf } from './chunks.ts';
import { Mean } from './mean.ts';
import type { LocalModel } from './model.ts';

export interface Task extends Chunk {
  readonly job: Job;
  /** Which of the request's texts this is a chunk of. */
  readonly text: string;
  readonly textIndex: number;
}

export class Job {
  readonly id: number;
  readonly #dimensions: number;
  readonly #means: Mean[];
  readonly #tasks: Iterator<Task>;
  #next: Task | undefined;
  #running = 0;

  constructor(request: EmbedRequest, model: LocalModel) {
    this.id = request.id;
    this.#dimensions = model.dimensions;
    this.#means = request.texts.map(() => new Mean(model.dimensions));
    this.#tasks = this.#cut(request.texts, model);
    this.#advance();
  }

  /** The chunk that comes next, without taking it. */
  get next(): Task | undefined {
    return this.#next;
  }

  get finished(): boolean {
    return this.#next === undefined && this.#running === 0;
  }

  take(): void {
    this.#running += 1;
    this.#advance();
  }

  /** Chunks weigh by their tokens: two words that spill into a second chunk must not make half of the vector. */
  deliver(task: Task, vector: ArrayLike<number>): void {
    this.#running -= 1;
    this.#means[task.textIndex]?.add(normalize(vector), task.tokens);
  }

  reply(): EmbedReply & { vectors: Float32Array<ArrayBuffer> } {
    const vectors = new Float32Array(this.#means.length * this.#dimensions);
    this.#means.forEach((mean, i) => {
      vectors.set(normalize(mean.value), i * this.#dimensions);
    });
    return { id: this.id, vectors };
  }

  #advance(): void {
    const { done, value } = this.#tasks.next();
    this.#next = done ? undefined : value;
  }

  /** Lazy: a batch of long texts is cut while it is worked off, so that it never holds up a query. */
  *#cut(texts: readonly string[], model: LocalModel): Generator<Task> {
    for (const [textIndex, text] of texts.entries()) {
      for (const chunk of chunksOf(text, model)) yield { ...chunk, job: this, textIndex };
    }
  }
}
