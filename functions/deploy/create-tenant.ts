/** Operator: makes a tenant and its first admin key, `{tenant_id}` -> `{tenant_id, api_key}`. The key is shown this once. */
import { composeTenants } from '@auren/memory/compose.ts';
import { tenantDraft } from '../contract/tenants.ts';
import { parsedBy } from '../shared/faults.ts';
import { task } from '../shared/task.ts';

export const handler = task(
  'create-tenant',
  composeTenants,
  async (tenants, { event }) => {
    const created = await tenants.create(parsedBy(tenantDraft, event).tenant_id);
    return { tenant_id: created.tenantId, api_key: created.apiKey };
  },
  { logged: false },
);
