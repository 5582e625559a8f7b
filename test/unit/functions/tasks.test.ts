/** Functions that a schedule, a deployment or an operator calls. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler as createTenant } from '../../../functions/deploy/create-tenant.ts';
import { handler as migrate } from '../../../functions/deploy/migrate.ts';
import { handler as healConsumers } from '../../../functions/schedule/heal-consumers.ts';

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('heal-consumers', () => {
  it('heals until shortly before its time is over, and answers the report', async () => {
    let leftMs = 0;
    const heal = async (deadline: Date) => {
      leftMs = deadline.getTime() - Date.now();
      return { healed: 2 };
    };

    const report = await healConsumers.with(async () => ({ heal }))({}, { getRemainingTimeInMillis: () => 55_000 });

    expect(report).toEqual({ healed: 2 });
    expect(leftMs).toBeGreaterThan(50_000);
    expect(leftMs).toBeLessThanOrEqual(52_000);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ task: 'heal-consumers', report: { healed: 2 } });
  });
});

describe('migrate', () => {
  it('fails the deployment where it fails', async () => {
    const failing = migrate.with(async () => ({ migrate: () => Promise.reject(new Error('no such role')) }));

    await expect(failing({})).rejects.toThrow('no such role');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', task: 'migrate' });
  });
});

describe('create-tenant', () => {
  const tenants = { create: async (tenantId: string) => ({ tenantId, apiKey: 'auren_local_secret' }) };

  it('answers the first key and keeps it out of the log', async () => {
    const made = await createTenant.with(async () => tenants)({ tenant_id: 'acme' });

    expect(made).toEqual({ tenant_id: 'acme', api_key: 'auren_local_secret' });
    expect(lines.join()).not.toContain('secret');
  });

  it.each([[{}], [null], [{ tenant_id: 'A{b}' }], [{ tenant_id: '' }], [{ tenant_id: 'a', x: 1 }]])(
    'refuses %j',
    async (event) => {
      await expect(createTenant.with(async () => tenants)(event)).rejects.toThrow(/tenant_id|x|JSON object/);
    },
  );
});
