/**
 * One engine process under supervision: started, probed until it answers, started again on the same port and data when
 * it dies unasked, stopped cleanly. The same for all three engines; what differs stands in the `EngineProcess`.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { guard, unguard } from './guard.ts';
import { adoptOrphan, forgetPid, recordPid } from './pid-file.ts';
import { EngineError, type Log } from './types.ts';

export interface Command {
  file: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  /** Run as this user instead of ours. */
  uid?: number;
  gid?: number;
}

export interface EngineProcess {
  name: string;
  /** The directory that holds the data and nothing else; `save()` copies it whole. */
  dataDir: string;
  /** Before every start. */
  prepare?(): Promise<void>;
  command(): Command;
  /** Whether the engine answers requests. */
  isReady(): Promise<boolean>;
  /** What ends it cleanly. */
  stopSignal: NodeJS.Signals;
  /** What the output of a failed start means and what to do about it. */
  explain(output: string): string | undefined;
  /** Output of a failed start that a moment's wait cures. */
  transient?: RegExp;
}

const READY_WITHIN_MS = 30_000;
const PROBE_EVERY_MS = 25;
const STOP_WITHIN_MS = 10_000;
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5_000;
/** After so long without a death the next one counts as the first. */
const STABLE_AFTER_MS = 30_000;
const OUTPUT_KEPT_CHARS = 8_000;
const START_ATTEMPTS_MAX = 10;

export class Supervisor {
  readonly #engine: EngineProcess;
  readonly #log: Log;
  #child: ChildProcess | undefined;
  #wanted: 'up' | 'down' = 'down';
  #output = '';
  #deaths = 0;
  #startedAt = 0;
  #saves = 0;
  /** Restarts and controls wait for each other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(engine: EngineProcess, log: Log) {
    this.#engine = engine;
    this.#log = log;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts the engine and resolves once it answers. A left-over of a run that was killed is stopped first. */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      await adoptOrphan(this.#engine, this.#log);
      await this.#bringUp();
    });
  }

  /** SIGKILL; it stays down until `revive()`. */
  kill(): Promise<void> {
    this.#wanted = 'down';
    return this.#inTurn(() => this.#end('SIGKILL'));
  }

  revive(): Promise<void> {
    return this.#inTurn(() => this.#bringUp());
  }

  stop(): Promise<void> {
    this.#wanted = 'down';
    return this.#inTurn(() => this.#end(this.#engine.stopSignal));
  }

  /** A copy of the data of the stopped engine, which is started again. */
  async save(): Promise<string> {
    await this.stop();
    this.#saves += 1;
    const copy = `${this.#engine.dataDir}.saved-${this.#saves}`;
    await copyDirectory(this.#engine.dataDir, copy);
    await this.revive();
    return copy;
  }

  /** The engine as it was at `save()`. */
  async rollback(saved: string): Promise<void> {
    await this.kill();
    await copyDirectory(saved, this.#engine.dataDir);
    await this.revive();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work);
    this.#last = next;
    return next;
  }

  /** Read anew each time: a control may change it while something is awaited. */
  #isWanted(): boolean {
    return this.#wanted === 'up';
  }

  async #bringUp(): Promise<void> {
    this.#wanted = 'up';
    if (this.#child) return;
    for (let attempt = 1; ; attempt += 1) {
      const failure = await this.#launch();
      if (!failure || !this.#isWanted()) return;
      const curable = this.#engine.transient?.test(this.#output) ?? false;
      if (!curable || attempt === START_ATTEMPTS_MAX) {
        this.#wanted = 'down';
        throw failure;
      }
      await sleep(backoff(attempt));
    }
  }

  /** One start. Returns why it failed, or nothing once the engine answers. */
  async #launch(): Promise<EngineError | undefined> {
    const { name } = this.#engine;
    this.#output = '';
    await this.#engine.prepare?.();
    const { file, args, ...options } = this.#engine.command();
    // Its own process group: a Ctrl-C in the terminal reaches us first, and we stop the engine in order.
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const keep = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString('utf8')).slice(-OUTPUT_KEPT_CHARS);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    let ended: string | undefined;
    child.once('error', (error) => {
      ended = `cannot be started: ${error.message}`;
    });
    child.once('close', (code, signal) => {
      ended ??= `ended with ${signal ?? `code ${code}`}`;
      this.#onEnd(child, ended);
    });
    if (child.pid !== undefined) {
      guard(child.pid, this.#engine.stopSignal);
      recordPid(this.#engine, child.pid);
    }
    const deadline = Date.now() + READY_WITHIN_MS;
    while (ended === undefined && Date.now() < deadline) {
      if ((await this.#engine.isReady()) && ended === undefined) {
        this.#child = child;
        this.#startedAt = Date.now();
        return undefined;
      }
      await sleep(PROBE_EVERY_MS);
    }
    if (ended === undefined) {
      child.kill('SIGKILL');
      return new EngineError(`${name} did not answer within ${READY_WITHIN_MS / 1_000} s.\n${this.#output}`);
    }
    return this.#failure(ended);
  }

  #failure(ended: string): EngineError {
    const { name, explain } = this.#engine;
    return new EngineError(explain(this.#output) ?? `${name} ${ended}. It said:\n${this.#output.trim()}`);
  }

  #onEnd(child: ChildProcess, how: string): void {
    if (child.pid !== undefined) unguard(child.pid);
    forgetPid(this.#engine);
    if (this.#child !== child) return;
    this.#child = undefined;
    if (!this.#isWanted()) return;
    this.#deaths = Date.now() - this.#startedAt > STABLE_AFTER_MS ? 1 : this.#deaths + 1;
    const wait_ms = backoff(this.#deaths);
    this.#log(`${this.#engine.name} ${how}; starting it again in ${wait_ms} ms`);
    void this.#restart(wait_ms);
  }

  /** Tries until it is up again or no longer wanted. */
  async #restart(wait_ms: number): Promise<void> {
    await sleep(wait_ms);
    if (!this.#isWanted() || this.#child) return;
    try {
      await this.#inTurn(async () => {
        if (this.#isWanted()) await this.#bringUp();
      });
      if (this.#child) this.#log(`${this.#engine.name} is back (process ${this.pid})`);
    } catch (error) {
      this.#log(`${this.#engine.name} does not come back: ${(error as Error).message}`);
      this.#wanted = 'up';
      this.#deaths += 1;
      await this.#restart(backoff(this.#deaths));
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await closed;
    clearTimeout(late);
  }
}

const run = promisify(execFile);

const backoff = (times: number) => Math.min(BACKOFF_FIRST_MS * 2 ** (times - 1), BACKOFF_MAX_MS);

async function copyDirectory(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  // Not fs.cp: it does not keep the owner, and PostgreSQL refuses a directory that is not its user's.
  await run('cp', ['-a', from, to]);
}
