/** Errors as the caller sees them: a status for each code, and never what lies behind. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { redact } from '../../../functions/shared/log.ts';
import { PROBLEMS } from '../../../functions/shared/problem.ts';
import { AurenError, EngineUnavailable, type ErrorCode } from '../../../layers/memory/errors.ts';
import { fakeMemory } from './support/fake-memory.ts';
import { send } from './support/requests.ts';

const STATUS: Record<ErrorCode, number> = {
  malformed_json: 400,
  unknown_field: 422,
  invalid_field: 422,
  too_large: 413,
  unsupported_media_type: 415,
  missing_scope: 403,
  agent_mismatch: 403,
  not_owner: 403,
  not_found: 404,
  idempotency_mismatch: 422,
  in_progress: 409,
  stale_version: 412,
  conflict: 409,
  rate_limited: 429,
  engine_unavailable: 503,
};

/** What a retrieval answers whose use case fails so, and what was logged. */
async function failing(error: unknown) {
  const lines: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const answer = await send('retrieve-memory', {}, fakeMemory({ retrieve: () => Promise.reject(error) }));
  return { ...answer, lines };
}
afterEach(() => {
  vi.restoreAllMocks();
});

const SECRETS = ['postgres://user:pass@host/db', 'auren_local_abcdef', 'SELECT secret'];
const leaky = () => new Error(`connect ${SECRETS[0]} with ${SECRETS[1]}, command was: ["${SECRETS[2]}"]`);

describe('an error of the domain', () => {
  it.each(Object.entries(STATUS) as [ErrorCode, number][])('%s becomes %i', async (code, status) => {
    const errors = [{ path: 'a.b', message: 'is wrong' }];

    const answer = await failing(new AurenError(code, 'What to do.', { errors }));

    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toEqual({
      type: `/docs#${code}`,
      title: PROBLEMS[code].title,
      status,
      detail: 'What to do.',
      code,
      errors,
      request_id: 'gateway-1',
    });
    expect(answer.headers['retry-after'] !== undefined).toBe(status === 429 || status === 503);
  });

  it('rounds the wait up to whole seconds', async () => {
    const answer = await failing(new AurenError('rate_limited', 'Wait.', { retryAfterSeconds: 1.2 }));

    expect(answer.headers['retry-after']).toBe('2');
  });

  it('logs an engine that does not answer, without what the driver quoted', async () => {
    const answer = await failing(new EngineUnavailable('postgres', leaky()));

    expect(answer.headers['retry-after']).toBe('2');
    const line = JSON.parse(answer.lines[0] ?? '');
    expect(line).toMatchObject({ level: 'warn', request_id: 'gateway-1', operation: 'retrieve-memory' });
    for (const secret of SECRETS) expect(answer.lines.join() + JSON.stringify(answer.body)).not.toContain(secret);
  });
});

describe('a fault of ours', () => {
  it('answers 500 without detail and logs one redacted line', async () => {
    const answer = await failing(leaky());

    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ code: 'internal_error', request_id: 'gateway-1' });
    expect(JSON.stringify(answer.body)).not.toMatch(/connect|postgres|at /);
    expect(answer.lines).toHaveLength(1);
    expect(JSON.parse(answer.lines[0] ?? '').error.stack[0]).toContain('problem.test.ts');
    for (const secret of SECRETS) expect(answer.lines[0]).not.toContain(secret);
  });

  it.each([['a text'], [null], [undefined], [{ message: 'x' }]])('is also what is no Error: %j', async (thrown) => {
    const answer = await failing(thrown);

    expect(answer.status).toBe(500);
  });
});

describe('redact', () => {
  it('takes out tokens and bounds the length', () => {
    expect(redact('Authorization: Bearer abc.def')).toBe('Authorization: Bearer <token>');
    expect(redact('x'.repeat(1_000))).toHaveLength(300);
  });
});
