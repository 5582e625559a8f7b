/** Sends a request that must be refused at the door: with a problem, and without a call to the domain. */
import { expect } from 'vitest';
import type { RouteName } from '../../../../functions/routes.ts';
import { fakeMemory } from './fake-memory.ts';
import { type RequestOptions, send } from './requests.ts';

export async function refused(name: RouteName, request: RequestOptions) {
  const fake = fakeMemory();
  const answer = await send(name, request, fake);
  expect(fake.calls, 'the domain is not called').toEqual([]);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.body.status).toBe(answer.status);
  return answer;
}
