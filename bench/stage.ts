/** What everything is measured on: real engines of its own in a directory that leaves with it, the schema, two tenants. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@auren/memory/clock.ts';
import { composeAuthorize, composeMigration, composeTenants, usePorts } from '@auren/memory/compose.ts';
import { embeddingModel } from '@auren/memory/config.ts';
import { createEmbedder } from '@auren/memory/embedding/create.ts';
import type { Caller } from '@auren/memory/model/caller.ts';
import { type EngineEnv, type Engines, startEngines } from '../local/engines/main.ts';
import { say } from '../local/progress.ts';
import { countRoundTrips, type RoundTripCounter } from './round-trips.ts';
import { type KeptEmbedder, keptEmbedder } from './vectors-file.ts';

/** Room for the data set and for all that is stored while measuring: no scenario measures eviction. */
const HOT_CAPACITY = 1_000_000;

export interface Tenant {
  id: string;
  apiKey: string;
  caller: Caller;
}

export interface Stage {
  dataDir: string;
  env: EngineEnv;
  embedder: KeptEmbedder;
  roundTrips: RoundTripCounter;
  /** Holds the data set; nothing is stored in it while measuring. */
  reads: Tenant;
  writes: Tenant;
  describe(): string[];
  stop(): Promise<void>;
}

export async function setUp(resultsDir: string, clock: Clock): Promise<Stage> {
  const dataDir = mkdtempSync(join(tmpdir(), 'auren-bench-'));
  let engines: Engines | undefined;
  let embedder: KeptEmbedder | undefined;
  const stop = async () => {
    await embedder?.close();
    await engines?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    engines = await startEngines({ dataDir, env: {}, log: say });
    const { env } = engines;
    Object.assign(process.env, env, {
      AUREN_MASTER_KEY: randomBytes(32).toString('base64'),
      AUREN_HOT_CAPACITY: String(HOT_CAPACITY),
    });
    embedder = keptEmbedder(
      createEmbedder({
        model: embeddingModel(process.env),
        layerDir: join(import.meta.dirname, '..', 'layers', 'embedding'),
      }),
      resultsDir,
    );
    const roundTrips = countRoundTrips({
      redis: env.UPSTASH_REDIS_REST_URL,
      pg: env.AUREN_NEON_ENDPOINT,
      chroma: env.CHROMA_URL,
    });
    // Consumers are drained by hand: what they cost is another process's matter, and measured over HTTP.
    usePorts({ clock, poke: { poke: async () => undefined }, embedder });
    await (await composeMigration()).migrate();
    const [reads, writes] = [await tenant('reads'), await tenant('writes')];
    const { describe } = engines;
    return { dataDir, env, embedder, roundTrips, reads, writes, describe, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function tenant(id: string): Promise<Tenant> {
  const { apiKey } = await (await composeTenants()).create(id);
  const known = await (await composeAuthorize()).authenticate(apiKey);
  if (known === null) throw new Error(`the new key of tenant ${id} is not accepted`);
  return { id, apiKey, caller: { ...known, requestId: 'bench' } };
}
