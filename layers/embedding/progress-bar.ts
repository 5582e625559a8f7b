/** A download's progress on the terminal; where there is none, one line a file. */
import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from './download.ts';

const MEGABYTE = 1e6;
/** Drawn when the server does not say how long the file is. */
const UNKNOWN_TOTAL_BYTES = 1;

/** `stop` must be called on failure too: a running bar keeps the process alive. */
export function progressBar(): Progress & { stop(): void } {
  const bar = new SingleBar(
    { format: '{file} [{bar}] {percentage}% of {size}', clearOnComplete: true },
    Presets.shades_classic,
  );
  return {
    start(file, totalBytes) {
      const size = totalBytes ? `${(totalBytes / MEGABYTE).toFixed(1)} MB` : 'unknown size';
      bar.start(totalBytes ?? UNKNOWN_TOTAL_BYTES, 0, { file, size });
    },
    advance: (bytes) => bar.increment(bytes),
    done(file, outcome) {
      bar.stop();
      console.log(`${file}: ${outcome === 'fetched' ? 'fetched and verified' : 'already there, verified'}`);
    },
    stop: () => bar.stop(),
  };
}
