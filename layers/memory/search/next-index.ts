/** The index that is filled aside in Chroma: a collection under another name, which is renamed when it is whole. */
import type { Chroma } from '../clients/chroma.ts';
import type { ColdTier } from '../tiers/port.ts';
import type { NextIndex } from './port.ts';
import { createChromaVectors } from './vectors-chroma.ts';

/** `aside` works on the collections that are filled aside, and so does `cold`. */
export const createNextIndex = (aside: Chroma, cold: ColdTier): NextIndex => ({
  vectors: createChromaVectors(aside),
  cold,
  publish: (tenantId) => aside.publish(tenantId),
  dropOthers: (tenantId) => aside.drop(tenantId, 'serving'),
  dropAll: (tenantId) => aside.drop(tenantId, 'none'),
});
