/** What the command line says. */
import { parseArgs } from 'node:util';
import { StartError } from '../start-error.ts';

export interface RebuildCommand {
  /** The vectors alone, into the collection of the current model. */
  index: boolean;
  /** PostgreSQL was restored: nothing that Redis and Chroma hold is believed. */
  restored: boolean;
  /** One tenant instead of all. */
  tenant: string | undefined;
}

const USAGE = 'Usage: npm run rebuild [-- --index | --restored] [--tenant <id>]';

/** Throws a StartError that says how to use it. */
export function parseOptions(args: string[]): RebuildCommand {
  const { index, restored, tenant } = valuesOf(args);
  if (restored && (index || tenant !== undefined)) {
    throw new StartError(`--restored concerns all tenants and everything of them: leave the others out. ${USAGE}`);
  }
  return { index, restored, tenant };
}

function valuesOf(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        index: { type: 'boolean', default: false },
        restored: { type: 'boolean', default: false },
        tenant: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new StartError(`${(error as Error).message}. ${USAGE}`, { cause: error });
  }
}
