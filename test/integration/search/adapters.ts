/** The real adapters of search over the shared engines. */
import { randomBytes } from 'node:crypto';
import { createPostgresCatalog } from '../../../layers/memory/catalog/catalog-postgres.ts';
import { createChroma } from '../../../layers/memory/clients/chroma.ts';
import { createPostgres } from '../../../layers/memory/clients/postgres.ts';
import { createPostgresLog } from '../../../layers/memory/log/log-postgres.ts';
import { migrate } from '../../../layers/memory/migrations/migrate.ts';
import { createPostgresLexical, createPostgresMembers } from '../../../layers/memory/search/lexical-postgres.ts';
import { createChromaVectors } from '../../../layers/memory/search/vectors-chroma.ts';
import { createSubjectKeys } from '../../../layers/memory/tiers/subject-keys-postgres.ts';
import type { EngineEnv } from '../../../local/engines/main.ts';

export async function searchAdapters(env: EngineEnv, model = 'fake') {
  const postgres = createPostgres({ databaseUrl: env.DATABASE_URL, neonEndpoint: env.AUREN_NEON_ENDPOINT });
  await migrate(postgres);
  const chroma = createChroma(
    { url: env.CHROMA_URL, apiKey: undefined, tenant: undefined, database: undefined },
    model,
  );
  const masterKey = randomBytes(32);
  return {
    masterKey,
    postgres,
    chroma,
    log: createPostgresLog(postgres),
    catalog: createPostgresCatalog(postgres),
    lexical: createPostgresLexical(postgres),
    members: createPostgresMembers(postgres),
    vectors: createChromaVectors(chroma),
    keys: createSubjectKeys(postgres, masterKey),
  };
}
