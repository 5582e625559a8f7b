import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paced } from '../../../dashboard/src/state/paced.ts';

const PACE = { gatherMs: 200, restMs: 1_000 };
const TAKES_MS = 500;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function slowWork() {
  const begun: number[] = [];
  const work = async () => {
    begun.push(Date.now());
    await new Promise((resolve) => setTimeout(resolve, TAKES_MS));
  };
  return { begun, work };
}

describe('paced work', () => {
  it('is done once for all that asked within a moment', async () => {
    const { begun, work } = slowWork();
    const { nudge } = paced(work, PACE);

    nudge();
    nudge();
    await vi.advanceTimersByTimeAsync(199);
    const early = begun.length;
    await vi.advanceTimersByTimeAsync(10_000);

    expect([early, begun.length]).toEqual([0, 1]);
  });

  it('goes on under a steady stream: each run ends, and the next one rests first', async () => {
    const { begun, work } = slowWork();
    const { nudge } = paced(work, PACE);

    for (let ms = 0; ms < 5_000; ms += 50) {
      nudge();
      await vi.advanceTimersByTimeAsync(50);
    }

    const gaps = begun.slice(1).map((at, n) => at - (begun[n] ?? 0));
    expect(gaps).toEqual([TAKES_MS + PACE.restMs, TAKES_MS + PACE.restMs, TAKES_MS + PACE.restMs]);
  });

  it('is done again for what came while it ran', async () => {
    const { begun, work } = slowWork();
    const { nudge } = paced(work, PACE);

    nudge();
    await vi.advanceTimersByTimeAsync(PACE.gatherMs + 100);
    nudge();
    await vi.advanceTimersByTimeAsync(10_000);

    expect(begun).toHaveLength(2);
  });

  it('is not begun after it was stopped', async () => {
    const { begun, work } = slowWork();
    const { nudge, stop } = paced(work, PACE);

    nudge();
    stop();
    nudge();
    await vi.advanceTimersByTimeAsync(10_000);

    expect(begun).toEqual([]);
  });
});
