/** The whole public surface, composed of every use case, for tests that play many of them. */
import * as compose from '../../layers/memory/compose.ts';
import type { AurenMemory } from '../../layers/memory/memory.ts';

/** Call after `usePorts`. */
export async function wholeMemory(): Promise<AurenMemory> {
  return {
    ...(await compose.composeStore()),
    ...(await compose.composeRetrieve()),
    ...(await compose.composeList()),
    ...(await compose.composeUpdate()),
    ...(await compose.composeDelete()),
    ...(await compose.composeHistory()),
    ...(await compose.composeRelated()),
    ...(await compose.composeDiscover()),
    ...(await compose.composePatterns()),
    ...(await compose.composeMap()),
    ...(await compose.composeRetention()),
    ...(await compose.composeSearch()),
    ...(await compose.composeControl()),
    ...(await compose.composePolicy()),
    ...(await compose.composeStats()),
    ...(await compose.composeAgents()),
    ...(await compose.composeErase()),
    ...(await compose.composeExport()),
    ...(await compose.composeEvents()),
    ...(await compose.composeCreateKey()),
    ...(await compose.composeTickets()),
    ...(await compose.composeCreateSpace()),
    ...(await compose.composeHealth()),
  };
}
