/** One run of the command: engines opened, each tenant rebuilt with a bar a step, the proofs shown as a table. */
import { composeRebuild } from '@auren/memory/compose.ts';
import { AurenError, EngineUnavailable } from '@auren/memory/errors.ts';
import type { Progress, Step as RebuildStep } from '@auren/memory/usecases/rebuild/ports.ts';
import type { Rebuilt } from '@auren/memory/usecases/rebuild/rebuild.ts';
import { BrokenLog } from '@auren/memory/usecases/rebuild/verify-log.ts';
import { EngineError, type Log } from '../engines/types.ts';
import { type Step, say, step } from '../progress.ts';
import { StartError } from '../start-error.ts';
import { openEngines } from './engines.ts';
import type { RebuildCommand } from './options.ts';
import { differences, table } from './table.ts';

const TITLES: Record<RebuildStep, string> = {
  verify: 'verifying the log',
  catalog: 'catalog',
  index: 'embedding',
  prove: 'proving',
};

/** A bar for each step of a tenant, one after the other. */
function bars(tenantId: string): { progress: Progress; end(): void } {
  let shown: { of: RebuildStep; bar: Step } | undefined;
  const end = () => {
    shown?.bar.end();
    shown = undefined;
  };
  return {
    end,
    progress(of, done, total) {
      if (shown?.of !== of || done === 0) {
        end();
        shown = { of, bar: step(`${tenantId}: ${TITLES[of]}`, total) };
      }
      if (done > 0) shown.bar.update(done);
    },
  };
}

type Rebuild = Awaited<ReturnType<typeof composeRebuild>>;

/** Null, and said why, where the log of the tenant is not whole: the others are rebuilt all the same. */
async function rebuildOne({ rebuild }: Rebuild, tenantId: string, indexOnly: boolean): Promise<Rebuilt | null> {
  const { progress, end } = bars(tenantId);
  try {
    return await rebuild(tenantId, progress, { indexOnly });
  } catch (error) {
    if (!(error instanceof BrokenLog)) throw error;
    end();
    say(error.message);
    return null;
  } finally {
    end();
  }
}

async function chosen({ tenants }: Rebuild, tenant: string | undefined): Promise<string[]> {
  const all = await tenants();
  if (tenant === undefined) return all;
  if (!all.includes(tenant)) throw new StartError(`--tenant: there is no tenant "${tenant}".`);
  return [tenant];
}

/** Whether all is equal now. Throws what engines throw; `print` gets the result. */
export async function rebuildAll({ index, restored, tenant }: RebuildCommand, print: Log): Promise<boolean> {
  const engines = await openEngines(process.env);
  try {
    const rebuild = await composeRebuild();
    const tenants = await chosen(rebuild, tenant);
    if (restored) await rebuild.forgetProjections();
    const done: Rebuilt[] = [];
    for (const tenantId of tenants) {
      const rebuilt = await rebuildOne(rebuild, tenantId, index);
      if (rebuilt) done.push(rebuilt);
    }
    for (const line of table(done)) print(line);
    for (const line of done.flatMap(differences)) print(line);
    return done.length === tenants.length && done.every(({ isEqual }) => isEqual);
  } finally {
    await engines.close();
  }
}

/** What the user can mend is told without a stack. */
export function explain(error: unknown): string {
  if (error instanceof EngineUnavailable) {
    return `${error.engine} does not answer. What was rebuilt so far stays; run it again when it is back.`;
  }
  if (error instanceof StartError || error instanceof EngineError || error instanceof AurenError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
