import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { type Reference, ROOT, Synthesized } from './synthesized.ts';

const synthesized = new Synthesized();

describe('a deployment', () => {
  it('passes the AWS Solutions checks, each exception with its reason', () => {
    const { success, violations } = new AwsSolutionsChecks(synthesized.app).validateScope(synthesized.app);

    expect(violations).toEqual([]);
    expect(success).toBe(true);
  });

  it('migrates before any function that relies on the schema is updated', () => {
    const migrate = synthesized.functionOf('migrate').id;
    const [trigger] = synthesized.all<{ HandlerArn: Reference }>('Custom::Trigger');
    const version = synthesized.get<{ FunctionName: Reference }>(
      'AWS::Lambda::Version',
      trigger?.[1].Properties.HandlerArn.Ref ?? '',
    );

    const waiting = synthesized.functions().filter(([, { DependsOn }]) => DependsOn?.includes(trigger?.[0] ?? ''));

    expect(version.Properties.FunctionName.Ref).toBe(migrate);
    const provider = (id: string) => id.startsWith('AWSCDKTrigger');
    expect(waiting.map(([id]) => id).sort()).toEqual(
      synthesized
        .functions()
        .map(([id]) => id)
        .filter((id) => id !== migrate && !provider(id))
        .sort(),
    );
  });

  it('says where it answers, which secret it reads and what an operator invokes', () => {
    expect(synthesized.outputs()).toMatchObject({
      ApiUrl: { Value: { 'Fn::GetAtt': [expect.any(String), 'ApiEndpoint'] } },
      SocketUrl: { Value: { 'Fn::Join': ['', expect.arrayContaining(['wss://', '/live'])] } },
      SecretName: { Value: 'auren/dev/engines' },
      CreateTenantFunction: { Value: { Ref: synthesized.functionOf('create-tenant').id } },
      MigrateFunction: { Value: { Ref: synthesized.functionOf('migrate').id } },
    });
  });

  it('stays far from the 500 resources of a stack and the 300 routes of an API', () => {
    expect(synthesized.size).toBeLessThan(400);
    expect(synthesized.all('AWS::ApiGatewayV2::Route').length).toBeLessThan(250);
  });
});

describe('bin/app.ts', () => {
  /** As the cdk command runs it, without bundling. */
  const synth = (context: Record<string, unknown>) => {
    const outdir = mkdtempSync(join(tmpdir(), 'auren-synth-'));
    try {
      return spawnSync(process.execPath, ['bin/app.ts'], {
        cwd: ROOT,
        encoding: 'utf8',
        env: {
          ...process.env,
          CDK_OUTDIR: outdir,
          CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:bundling-stacks': [], ...context }),
        },
      });
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  };

  it('synthesizes without an account', () => {
    const { status, stderr } = synth({ stage: 'prod' });

    expect(status, stderr).toBe(0);
  });

  it('stops at a bad value and names the key', () => {
    const { status, stderr } = synth({ hotCapacity: 'lots' });

    expect(stderr).toContain('context key "hotCapacity" must be a whole number');
    expect(status).not.toBe(0);
  });
});
