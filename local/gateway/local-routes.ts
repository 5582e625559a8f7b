/**
 * Routes that only the local run has, under `/_local/`: the clock, functions by hand, tenants. They ask for no key, so they
 * refuse what a web page could send: another host name (DNS rebinding) and another origin.
 */
import type { IncomingMessage } from 'node:http';
import { AurenError, type ErrorCode } from '@auren/memory/errors.ts';
import { z } from 'zod';
import type { Log } from '../engines/types.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import { readBody } from './body.ts';

export interface LocalActions {
  readonly clock: { now(): Date; readonly offsetDays: number; advance(days: number): void };
  /** What may be run by hand. */
  readonly functionNames: readonly string[];
  /** Runs one of them now and resolves to its report. */
  run(name: string, payload: object | undefined): Promise<unknown>;
  createTenant(tenantId: string): Promise<{ tenant_id: string; api_key: string }>;
}

/** A request that is refused: its message goes to the client. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const PREFIX = '/_local';
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);
const STATUS: Partial<Record<ErrorCode, number>> = { conflict: 409, engine_unavailable: 503 };
const DAYS_MAX = 36_500;

const Advance = z.strictObject({ advance_days: z.number().min(0).max(DAYS_MAX) });
const Tenant = z.strictObject({ tenant_id: z.string().min(1) });
const Payload = z.record(z.string(), z.unknown()).optional();

export class LocalRoutes {
  readonly #actions: LocalActions;
  readonly #log: Log;

  constructor(actions: LocalActions, log: Log) {
    this.#actions = actions;
    this.#log = log;
  }

  owns(path: string): boolean {
    return path === PREFIX || path.startsWith(`${PREFIX}/`);
  }

  async serve(request: IncomingMessage, path: string): Promise<Answer> {
    try {
      refuseForeign(request);
      const body = await readBody(request);
      if (!body) throw new Refused(413, 'The body is too large.');
      return jsonAnswer(200, await this.#answer(`${request.method} ${path.slice(PREFIX.length)}`, body));
    } catch (error) {
      return this.#refuse(path, error);
    }
  }

  async #answer(target: string, body: Buffer): Promise<unknown> {
    const [, name] = /^POST \/run\/([^/]+)$/.exec(target) ?? [];
    if (name !== undefined) return this.#run(name, body);
    switch (target) {
      case 'GET /clock':
        return this.#clock();
      case 'POST /clock':
        this.#advance(parse(Advance, body).advance_days);
        return this.#clock();
      case 'POST /tenants':
        return this.#actions.createTenant(parse(Tenant, body).tenant_id);
      default:
        throw new Refused(
          404,
          'There are GET and POST /_local/clock, POST /_local/run/{function}, POST /_local/tenants.',
        );
    }
  }

  #clock() {
    const { clock } = this.#actions;
    return { now: clock.now().toISOString(), offset_days: clock.offsetDays };
  }

  #advance(days: number): void {
    try {
      this.#actions.clock.advance(days);
    } catch (error) {
      if (error instanceof RangeError) throw new Refused(422, `advance_days: ${error.message}`);
      throw error;
    }
  }

  async #run(name: string, body: Buffer): Promise<unknown> {
    const { functionNames, run } = this.#actions;
    if (!functionNames.includes(name)) {
      throw new Refused(404, `There is no function "${name}" to run; there are ${functionNames.join(', ')}.`);
    }
    return (await run(name, parse(Payload, body))) ?? null;
  }

  /** A failure is told in full: whoever asks runs this machine. */
  #refuse(path: string, error: unknown): Answer {
    if (error instanceof Refused) return jsonAnswer(error.status, { message: error.message });
    if (error instanceof AurenError) return jsonAnswer(STATUS[error.code] ?? 422, { message: error.message });
    this.#log(`gateway: ${path}: ${error instanceof Error ? error.stack : String(error)}`);
    return jsonAnswer(500, { message: error instanceof Error ? error.message : String(error) });
  }
}

function refuseForeign({ headers: { host, origin } }: IncomingMessage): void {
  const base = `http://${host ?? ''}`;
  if (!URL.canParse(base) || !LOOPBACK_NAMES.has(new URL(base).hostname)) {
    throw new Refused(403, 'Local routes answer on 127.0.0.1 and localhost only.');
  }
  if (origin !== undefined && origin !== base) throw new Refused(403, 'Local routes do not answer to other origins.');
}

function parse<T>(schema: z.ZodType<T>, body: Buffer): T {
  const parsed = schema.safeParse(json(body));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw new Refused(422, faults.join('; '));
}

function json(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new Refused(400, `The body is not JSON: ${error.message}`);
    throw error;
  }
}
