/** Pins take at most half of the hot capacity: what may never leave must not fill it. */
import type { Instant } from '../clock.ts';
import { AurenError } from '../errors.ts';
import type { Caller } from '../model/caller.ts';
import type { Ports } from './ports.ts';

export type PinPorts = Pick<Ports, 'catalog' | 'hotCapacity'>;

const PIN_SHARE = 0.5;

/** For the commit, which alone sees what others pin at the same time. */
export const pinsMax = ({ hotCapacity }: Pick<PinPorts, 'hotCapacity'>): number => Math.floor(hotCapacity * PIN_SHARE);

/** How many more memories of the tenant may be pinned. */
export async function pinsLeft(ports: PinPorts, tenantId: string, now: Instant): Promise<number> {
  const wholeTenant: Caller = { tenantId, keyId: '', scopes: [], agentId: null, spaceRoles: {}, requestId: '' };
  const { pinned } = await ports.catalog.stats(wholeTenant, {}, now);
  return Math.max(0, pinsMax(ports) - pinned);
}

/** Throws `conflict` where so many pins do not fit. Costs no round trip where none is wanted. */
export async function assertPinsFit(ports: PinPorts, tenantId: string, wanted: number, now: Instant): Promise<void> {
  if (wanted > 0 && wanted > (await pinsLeft(ports, tenantId, now))) {
    const message = 'pins take at most half of the hot tier; unpin others first.';
    throw new AurenError('conflict', `pinned: ${message}`, { errors: [{ path: 'pinned', message }] });
  }
}

/** Whether it is the refusal of `assertPinsFit`, which trying again does not help. */
export const isPinsFull = ({ errors }: AurenError): boolean => errors?.some(({ path }) => path === 'pinned') === true;
