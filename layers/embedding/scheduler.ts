/**
 * Decides what the model runs next. Work is done in slices of about 100 ms at most, queries before batches, and between two
 * slices the thread listens for new requests: a query waits for one slice, however big the batch behind it is.
 */
import type { EmbedReply, EmbedRequest } from '../memory/embedding/worker-protocol.ts';
import { Job, type Task } from './job.ts';
import type { LocalModel } from './model.ts';

/** Measured with USE-lite: 8 texts at once cost 5.3 ms each, one alone 9.7 ms, 32 at once 4.9 ms. */
const SLICE_CHUNKS_MAX = 8;
/** Chunks times the longest of them, since a run pads to it: 0.3-0.4 ms a token with USE-lite, so 75-100 ms a slice. */
const SLICE_TOKENS_MAX = 256;
/** After so many slices of queries a batch gets one: under steady search the index must still move. */
const QUERY_SLICES_IN_A_ROW = 8;

export class Scheduler {
  readonly #model: LocalModel;
  readonly #send: (reply: EmbedReply) => void;
  readonly #queries: Job[] = [];
  readonly #batches: Job[] = [];
  #querySlices = 0;
  #working = false;

  constructor(model: LocalModel, send: (reply: EmbedReply) => void) {
    this.#model = model;
    this.#send = send;
  }

  /** Takes a request; its reply is sent when its turn has come. */
  accept(request: EmbedRequest): void {
    try {
      const job = new Job(request, this.#model);
      if (job.finished) this.#finish(job);
      else (request.urgent ? this.#queries : this.#batches).push(job);
    } catch (error) {
      this.#fail(request.id, error);
    }
    if (!this.#working) void this.#work();
  }

  /** Never rejects: a slice that fails fails its jobs. */
  async #work(): Promise<void> {
    this.#working = true;
    for (let slice = this.#nextSlice(); slice.length > 0; slice = this.#nextSlice()) {
      await this.#run(slice);
      await turn();
    }
    this.#working = false;
  }

  async #run(slice: readonly Task[]): Promise<void> {
    const jobs = new Set(slice.map((task) => task.job));
    try {
      const vectors = await this.#model.run(slice.map((task) => task.text));
      for (const [i, task] of slice.entries()) task.job.deliver(task, vectors[i] ?? []);
      for (const job of jobs) if (job.finished) this.#finish(job);
    } catch (error) {
      for (const job of jobs) this.#fail(job.id, error);
    }
  }

  #nextSlice(): Task[] {
    const batchIsDue = this.#querySlices >= QUERY_SLICES_IN_A_ROW && this.#batches.length > 0;
    if (this.#queries.length > 0 && !batchIsDue) {
      this.#querySlices += 1;
      return this.#fill(this.#queries);
    }
    this.#querySlices = 0;
    return this.#fill(this.#batches);
  }

  /** One slice from the front of a lane, across jobs; a job with nothing left to hand out leaves the lane. */
  #fill(lane: Job[]): Task[] {
    const slice: Task[] = [];
    let longest = 0;
    for (let job = lane[0]; job; job = lane[0]) {
      const task = job.next;
      if (!task) {
        lane.shift();
        continue;
      }
      longest = Math.max(longest, task.tokens);
      const full = slice.length === SLICE_CHUNKS_MAX || longest * (slice.length + 1) > SLICE_TOKENS_MAX;
      if (full && slice.length > 0) return slice;
      slice.push(task);
      this.#take(job);
    }
    return slice;
  }

  /** Taking a chunk cuts the next one, and a text may be beyond the tokenizer. */
  #take(job: Job): void {
    try {
      job.take();
    } catch (error) {
      this.#fail(job.id, error);
    }
  }

  #finish(job: Job): void {
    try {
      this.#send(job.reply());
    } catch (error) {
      this.#fail(job.id, error);
    }
  }

  #fail(id: number, error: unknown): void {
    for (const lane of [this.#queries, this.#batches]) {
      const at = lane.findIndex((job) => job.id === id);
      if (at >= 0) lane.splice(at, 1);
    }
    this.#send({ id, error: `the model could not embed: ${error instanceof Error ? error.message : String(error)}` });
  }
}

/** One turn of the event loop: waiting messages are delivered. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
