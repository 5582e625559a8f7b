/** What an operator gives to make a tenant. */
import * as z from 'zod/mini';

/** Goes into names in Redis between braces, and into logs: plain characters only. */
export const tenantDraft = z.strictObject({
  tenant_id: z
    .string()
    .check(
      z.regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9, _ and -, and begin with a letter or digit'),
    ),
});
