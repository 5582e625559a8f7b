/** What this machine's engines keep of what was erased: rewritten where it is ours, named where it is not. */
import { describe, expect, it, vi } from 'vitest';
import { EngineUnavailable } from '../../../layers/memory/errors.ts';
import { residueOf } from '../../../local/residue.ts';

describe('the residue of the local Redis', () => {
  it('is rewritten where the server is ours', async () => {
    const rewrite = vi.fn(async () => undefined);
    const residue = residueOf({ origin: 'started', rewrite });

    await residue.rewrite();

    expect(rewrite).toHaveBeenCalledOnce();
    expect(residue.notCovered).toEqual([]);
  });

  it('is named where the server is somebody else’s', async () => {
    const residue = residueOf({ origin: 'external' });

    await residue.rewrite();

    expect(residue.notCovered).toMatchObject([{ what: expect.stringContaining('Redis') }]);
  });

  it('is nothing where Redis runs in this process', () => {
    expect(residueOf({ origin: 'in-process' }).notCovered).toEqual([]);
  });

  it('keeps an erasure open while it cannot be rewritten', async () => {
    const rewrite = () => Promise.reject(new Error('the disk is full'));

    await expect(residueOf({ origin: 'started', rewrite }).rewrite()).rejects.toThrow(EngineUnavailable);
  });
});
