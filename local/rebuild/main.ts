/**
 * `npm run rebuild [-- --index | --restored] [--tenant <id>]`: replays the log into catalog, Redis and Chroma and proves them equal.
 * Works on the data directory of the local run, which must be stopped, or on the deployed engines that the environment names.
 */
import { existsSync } from 'node:fs';
import { say } from '../progress.ts';
import { parseOptions } from './options.ts';
import { explain, rebuildAll } from './run.ts';

const ENV_FILE = '.env';
/** 128 + SIGINT, as shells tell it. The engines that were started for the run end with this process. */
const INTERRUPTED = 130;

process.once('SIGINT', () => {
  say('\nInterrupted. Nothing is lost: the same command goes on from here.');
  process.exit(INTERRUPTED);
});

try {
  if (existsSync(ENV_FILE)) process.loadEnvFile(ENV_FILE);
  const isWhole = await rebuildAll(parseOptions(process.argv.slice(2)), (line) => console.log(line));
  process.exit(isWhole ? 0 : 1);
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}
