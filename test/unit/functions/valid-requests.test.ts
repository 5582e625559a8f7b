/** Every operation with its least and its fullest request: accepted, handed on in the domain's terms, answered as the contract says. */
import { describe, expect, it } from 'vitest';
import { CONTRACTS } from '../../../functions/contract/all.ts';
import { HTTP_ROUTES, type RouteName } from '../../../functions/routes.ts';
import { fakeMemory } from './support/fake-memory.ts';
import { send } from './support/requests.ts';
import { type Case, MEMORY_CASES } from './support/valid-memories.ts';
import { OTHER_CASES } from './support/valid-others.ts';

const CASES: Record<RouteName, Case[]> = { ...MEMORY_CASES, ...OTHER_CASES };

describe.each(HTTP_ROUTES.map(({ name }) => name))('%s', (name) => {
  const contract = CONTRACTS[name];

  it.each(CASES[name].map((each, index) => [index, each] as const))('accepts request %i', async (_, each) => {
    const fake = fakeMemory();

    const answer = await send(name, each.request, fake);

    expect(answer.body?.errors).toBeUndefined();
    expect(answer.status).toBe(contract.status);
    if (each.called !== undefined) {
      const [, ...called] = fake.calls[0]?.arguments ?? [];
      expect(called).toEqual(each.called);
    }
    if (contract.answer === null) expect(answer.body).toBeUndefined();
    else expect(contract.answer.safeParse(answer.body).error).toBeUndefined();
  });
});

const scoped = HTTP_ROUTES.filter(({ scope }) => scope !== null);

describe('the caller', () => {
  it.each(scoped.map(({ name, scope }) => [name, scope] as const))(
    'of %s is the one whom the authorizer named',
    async (name, scope) => {
      const fake = fakeMemory();

      await send(name, { ...CASES[name][0]?.request, scopes: `${scope}` }, fake);

      expect(fake.calls[0]?.arguments[0]).toEqual({
        tenantId: 'tenant-a',
        keyId: 'key_1',
        scopes: [scope],
        agentId: null,
        spaceRoles: { space_1: 'writer' },
        requestId: 'gateway-1',
      });
    },
  );
});
