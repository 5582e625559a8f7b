/** Starts the clients' process and asks it what arrived. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ListenJob, Received } from './messages.ts';

const OPEN_WITHIN_MS = 120_000;
const ANSWER_WITHIN_MS = 60_000;

export class Clients {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when all are connected, and subscribed where they ask for events. */
  static async open(job: ListenJob): Promise<Clients> {
    const child = fork(join(import.meta.dirname, 'clients-process.ts'), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = once(child, 'exit').then(() =>
      Promise.reject(new Error('the clients ended before they were connected')),
    );
    child.send(job);
    try {
      await Promise.race([once(child, 'message', { signal: AbortSignal.timeout(OPEN_WITHIN_MS) }), ended]);
      return new Clients(child);
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  reset(): Promise<Received> {
    return this.#ask('reset');
  }

  report(): Promise<Received> {
    return this.#ask('report');
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.send('stop');
    await exited;
  }

  async #ask(order: 'reset' | 'report'): Promise<Received> {
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    this.#child.send(order);
    const [report] = (await answer) as [Received];
    return report;
  }
}
