/** `npm start`: reads `.env`, starts the stack, prints where it is, and stops it in order on Ctrl-C or SIGTERM. */
import { existsSync } from 'node:fs';
import { banner } from './banner.ts';
import { EngineError } from './engines/types.ts';
import { startStack } from './stack.ts';
import { StartError } from './start-error.ts';

const ENV_FILE = '.env';
/** 128 + SIGINT, as shells tell it. */
const FORCED = 130;

const say = (line: string) => console.log(line);
const stopAsked = Promise.withResolvers<NodeJS.Signals>();
let signals = 0;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    signals += 1;
    // The guard of the engines stops them when this process is gone.
    if (signals > 1) process.exit(FORCED);
    say(`\n${signal}: stopping. Once more forces it.`);
    stopAsked.resolve(signal);
  });
}

try {
  if (existsSync(ENV_FILE)) process.loadEnvFile(ENV_FILE);
  const stack = await startStack({ log: say });
  if (signals === 0) say(banner(stack, performance.now()));
  await stopAsked.promise;
  await stack.stop();
  say('Stopped.');
  // A timer or socket that somebody forgot must not keep a stopped run alive.
  process.exit(0);
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}

/** Failures that the user can mend are told without a stack. */
function explain(error: unknown): string {
  if (error instanceof StartError || error instanceof EngineError)
    return `AUREN Memory did not start. ${error.message}`;
  return `AUREN Memory did not start. ${error instanceof Error ? error.stack : String(error)}`;
}
