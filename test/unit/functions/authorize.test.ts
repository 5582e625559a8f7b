/** Who comes in: a key by its Bearer header, and nobody by anything else. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../../functions/auth/authorize.ts';
import { callerOf } from '../../../functions/shared/caller.ts';
import type { Caller } from '../../../layers/memory/model/caller.ts';

const KEY = `auren_local_${'A'.repeat(43)}abc123`;
const caller: Omit<Caller, 'requestId'> = {
  tenantId: 'tenant-a',
  keyId: 'key_1',
  scopes: ['memories:read', 'control'],
  agentId: 'neuroscientist',
  spaceRoles: { space_1: 'writer' },
};

const authorize = (authorization: string | undefined, found: Omit<Caller, 'requestId'> | null = caller) => {
  const authenticate = vi.fn(async () => found);
  const headers = authorization === undefined ? {} : { authorization };
  return { answer: handler.with(async () => ({ authenticate }))({ headers }), authenticate };
};
afterEach(() => {
  vi.restoreAllMocks();
});

describe('authorize', () => {
  it('hands on the caller as strings, which the operations read back', async () => {
    const { answer, authenticate } = authorize(`Bearer ${KEY}`);

    const { isAuthorized, context } = await answer;

    expect(isAuthorized).toBe(true);
    expect(authenticate).toHaveBeenCalledWith(KEY);
    expect(Object.values(context ?? {}).every((value) => typeof value === 'string')).toBe(true);
    const event = { rawPath: '/', requestContext: { authorizer: { lambda: context ?? null } } };
    expect(callerOf(event, 'r1')).toEqual({ ...caller, requestId: 'r1' });
  });

  it('leaves the agent out for an unbound key', async () => {
    const { context } = await authorize(`bearer ${KEY}`, { ...caller, agentId: null }).answer;

    expect(context).not.toHaveProperty('agent_id');
  });

  it('refuses a key that is not known', async () => {
    expect(await authorize(`Bearer ${KEY}`, null).answer).toEqual({ isAuthorized: false });
  });

  it.each([
    [undefined],
    [''],
    ['Bearer'],
    ['Bearer  '],
    [KEY],
    [`Basic ${KEY}`],
    [`Bearer ${KEY},Bearer ${KEY}`],
    [`Bearer ${'x'.repeat(257)}`],
  ])('refuses %j without asking an engine', async (authorization) => {
    const { answer, authenticate } = authorize(authorization);

    expect(await answer).toEqual({ isAuthorized: false });
    expect(authenticate).not.toHaveBeenCalled();
  });

  it('throws where the engines are away, since a refusal would be cached', async () => {
    const lines: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    const authenticate = () => Promise.reject(new Error(`no answer for ${KEY}`));

    const answer = handler.with(async () => ({ authenticate }))({ headers: { authorization: `Bearer ${KEY}` } });

    await expect(answer).rejects.toThrow('no answer');
    expect(lines.join()).not.toContain(KEY);
  });
});
