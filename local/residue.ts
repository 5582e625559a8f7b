/** What the engines of this machine keep on disk of what was erased: Redis rewrites its file, where it is ours. */
import { providersResidue, type Residue } from '@auren/memory/erasure/residue.ts';
import { EngineUnavailable } from '@auren/memory/errors.ts';
import type { Engine } from './engines/types.ts';

/** A Redis in this process keeps nothing on disk; one that `REDIS_URL` names is as much out of reach as a provider's. */
export const residueOf = ({ origin, rewrite }: Pick<Engine, 'origin' | 'rewrite'>): Residue => ({
  notCovered: origin === 'external' ? providersResidue.notCovered : [],
  async rewrite() {
    try {
      await rewrite?.();
    } catch (error) {
      throw new EngineUnavailable('redis', error);
    }
  },
});
