/** Functions that a schedule, a deployment or an operator calls: they answer a report, and a failure fails the invocation. */
import { AurenError } from '@auren/memory/errors.ts';
import type { Context } from 'aws-lambda';
import { deadlineOf } from './deadline.ts';
import { describeError, log } from './log.ts';

export interface TaskHandler<D, R> {
  (event: unknown, context?: Partial<Context>): Promise<R>;
  /** The same task on another composed object: for tests. */
  with(compose: () => Promise<D>): TaskHandler<D, R>;
}

/** Kept back to finish before Lambda cuts the function off. */
const MARGIN_MS = 3_000;
/** Where nothing says how long there is, as in the local run. */
const DEFAULT_MS = 50_000;

/** `logged: false` keeps a report that holds a secret out of the log. */
export function task<D, R>(
  name: string,
  compose: () => Promise<D>,
  run: (composed: D, input: { event: unknown; deadline: Date }) => Promise<R>,
  { logged = true } = {},
): TaskHandler<D, R> {
  const handle = async (event: unknown, context: Partial<Context> = {}): Promise<R> => {
    const deadline = deadlineOf(context, MARGIN_MS, DEFAULT_MS);
    try {
      const report = await run(await compose(), { event, deadline });
      log('info', 'a task is done', { task: name, ...(logged ? { report } : {}) });
      return report;
    } catch (error) {
      // A refusal is the caller's matter and is answered; anything else is ours.
      const isRefusal = error instanceof AurenError && error.code !== 'engine_unavailable';
      log(isRefusal ? 'info' : 'error', 'a task failed', { task: name, error: describeError(error) });
      throw error;
    }
  };
  return Object.assign(handle, { with: (other: () => Promise<D>) => task(name, other, run, { logged }) });
}
