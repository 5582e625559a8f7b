import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  AUTHORIZER,
  HTTP_ROUTES,
  type Needs,
  OPERATOR_FUNCTIONS,
  QUEUE_CONSUMERS,
  SCHEDULES,
  SOCKET_AUTHORIZER,
  SOCKET_ROUTES,
} from '../../functions/routes.ts';
import { loadConfig } from '../../layers/memory/config.ts';
import { BUNDLING_WITH_MIGRATIONS } from '../../lib/constructs/bundling.ts';
import { ROOT, Synthesized } from './synthesized.ts';

const ROWS: { name: string; needs: Needs }[] = [
  AUTHORIZER,
  ...HTTP_ROUTES,
  SOCKET_AUTHORIZER,
  ...SOCKET_ROUTES,
  ...QUEUE_CONSUMERS,
  ...SCHEDULES,
  ...OPERATOR_FUNCTIONS,
];
/** The function that aws-cdk-lib puts behind a trigger; it is not ours, and only its log group and architecture are set. */
const PROVIDERS = 1;

/** They show the contract: no engine, no secret. */
const STATIC = ['openapi', 'docs'];

const synthesized = new Synthesized();

describe('every function', () => {
  it('is a row of the route table', () => {
    expect(synthesized.functions()).toHaveLength(ROWS.length + PROVIDERS);
  });

  it.each(ROWS.map((row) => [row.name, row.needs] as const))(
    '%s has the time and memory that it needs',
    (name, needs) => {
      const { Properties } = synthesized.functionOf(name).resource;

      expect(Properties.Timeout).toBe(needs.timeoutSeconds);
      expect(Properties.MemorySize).toBe(needs.memoryMb);
      expect(Properties.Layers?.length ?? 0).toBe(needs.embedding ? 1 : 0);
    },
  );

  it.each(synthesized.functions())('%s runs Node 24 on arm64, neither traced nor reserved', (_, { Properties }) => {
    expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    expect(Properties.TracingConfig).toBeUndefined();
    expect(Properties.ReservedConcurrentExecutions).toBeUndefined();
  });

  it.each(synthesized.functions())('%s logs to a group of its own that forgets', (_, { Properties }) => {
    const group = Properties.LoggingConfig?.LogGroup.Ref ?? '';
    const sharing = synthesized
      .functions()
      .filter(([, other]) => other.Properties.LoggingConfig?.LogGroup.Ref === group);

    expect(synthesized.get('AWS::Logs::LogGroup', group).Properties).toMatchObject({ RetentionInDays: 30 });
    expect(sharing).toHaveLength(1);
  });

  it.each(ROWS.map(({ name }) => name))('%s knows no credential, at most the address of the secret', (name) => {
    const { Variables } = synthesized.functionOf(name).resource.Properties.Environment ?? { Variables: {} };

    const secrets = Object.keys(Variables).filter((key) => /TOKEN|MASTER|PASSWORD|DATABASE_URL|API_KEY/.test(key));
    expect(secrets).toEqual([]);
    if (STATIC.includes(name)) expect(Variables).not.toHaveProperty('AUREN_SECRET_ARN');
    else expect(JSON.stringify(Variables.AUREN_SECRET_ARN)).toContain('secret:auren/dev/engines');
  });
});

describe('what a deployment chooses', () => {
  /** As the functions see it: their variables, and the secret's. */
  const configure = (from: Synthesized) => {
    const variables = from.functionOf('search-memories').resource.Properties.Environment?.Variables ?? {};
    const plain = Object.entries(variables).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return loadConfig({
      ...Object.fromEntries(plain),
      DATABASE_URL: 'postgresql://localhost/auren',
      UPSTASH_REDIS_REST_URL: 'http://localhost',
      UPSTASH_REDIS_REST_TOKEN: 'token',
      CHROMA_URL: 'http://localhost',
      AUREN_MASTER_KEY: Buffer.alloc(32).toString('base64'),
    });
  };

  it('reaches the configuration of the domain', () => {
    const config = configure(
      new Synthesized({
        hotCapacity: '5000',
        hotDays: '7',
        warmDays: 90,
        dualStorePriority: '9',
        dualStoreConfidence: '0.95',
        predictiveWarming: 'off',
        queryLog: true,
        patternInsights: 'on',
        embeddingModel: 'bedrock:amazon.titan-embed-text-v2:0',
      }),
    );

    expect(config).toMatchObject({
      stage: 'dev',
      hotCapacity: 5_000,
      placement: { hotDays: 7, warmDays: 90, dualStorePriority: 9, dualStoreConfidence: 0.95 },
      predictiveWarming: false,
      queryLog: true,
      patternInsights: true,
      embeddingModel: 'bedrock:amazon.titan-embed-text-v2:0',
    });
  });

  it("leaves the domain's defaults where nothing is chosen", () => {
    expect(configure(synthesized)).toMatchObject({
      hotCapacity: 10_000,
      placement: { hotDays: 30, warmDays: 365, dualStorePriority: 8, dualStoreConfidence: 0.9 },
      predictiveWarming: true,
      queryLog: false,
      patternInsights: false,
    });
  });

  it('ends a revoked key within the 60 seconds of the contract', () => {
    const { keyCacheSeconds } = configure(synthesized);

    expect(AUTHORIZER.cacheSeconds + keyCacheSeconds).toBeLessThanOrEqual(60);
  });
});

describe('the bundle of migrate', () => {
  it('has the SQL files beside its module', () => {
    const bundle = mkdtempSync(join(tmpdir(), 'auren-bundle-'));
    const commands = BUNDLING_WITH_MIGRATIONS.commandHooks?.afterBundling(ROOT, bundle) ?? [];

    for (const command of commands) execFileSync('bash', ['-c', command]);

    const files = readdirSync(bundle);
    rmSync(bundle, { recursive: true });
    expect(files).toContain('0001_initial.sql');
    expect(files).toEqual(readdirSync(join(ROOT, 'layers/memory/migrations')).filter((file) => file.endsWith('.sql')));
  });
});
