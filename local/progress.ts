/** Progress of long steps on stderr: a bar on a terminal, a line every few seconds elsewhere. Results go to stdout alone. */
import { Presets, SingleBar } from 'cli-progress';

export interface Step {
  /** `done` of the step's total. */
  update(done: number): void;
  end(): void;
}

const LINE_EVERY_MS = 5_000;

export const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

export function step(title: string, total: number): Step {
  const begun = performance.now();
  const finished = () => say(`${title}: ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
  if (process.stderr.isTTY) {
    const bar = new SingleBar(
      { format: `${title} [{bar}] {value}/{total} {eta_formatted}`, clearOnComplete: true },
      Presets.shades_classic,
    );
    bar.start(total, 0);
    return {
      update: (done) => bar.update(done),
      end() {
        bar.stop();
        finished();
      },
    };
  }
  let saidAt = begun;
  return {
    update(done) {
      if (performance.now() - saidAt < LINE_EVERY_MS) return;
      saidAt = performance.now();
      say(`${title}: ${done} of ${total}`);
    },
    end: finished,
  };
}
