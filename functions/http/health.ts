/** GET /v1/health: whether each engine answers; 503 only where nothing works. */
import { composeHealth } from '@auren/memory/compose.ts';
import { health } from '../contract/service.ts';
import { operation } from '../shared/operation.ts';
import { ok, unavailable } from '../shared/reply.ts';
import { toHealth } from '../shared/wire/stats.ts';

export const handler = operation(health, composeHealth, async (_, memory) => {
  const found = await memory.health();
  return found.status === 'down' ? unavailable(toHealth(found)) : ok(toHealth(found));
});
