/** Every contract by its route: for the OpenAPI document and the tests. Functions import their own contract alone. */
import type { RouteName } from '../routes.ts';
import type { Contract } from './contract.ts';
import { clearPolicy, controlMemories, getPolicy } from './control.ts';
import { listEvents, memoryHistory } from './events.ts';
import { createKey, listKeys, revokeKey } from './keys.ts';
import { deleteMemory, storeBatch, storeMemory, updateMemory } from './memory.ts';
import { findPatterns, getMap, listPatterns } from './patterns.ts';
import { getMemories, listMemories, memoryRetention, relatedMemories, retrieveMemory } from './retrieval.ts';
import { searchMemories } from './search.ts';
import { docs, health, openapi } from './service.ts';
import { createTicket } from './sockets.ts';
import { createSpace, deleteSpace, listSpaces, removeMember, setMember } from './spaces.ts';
import { getAgentStats, getStats, listAgents } from './stats.ts';
import { eraseUser, exportUser } from './users.ts';

export const CONTRACTS: Record<RouteName, Contract> = {
  'store-memory': storeMemory,
  'store-batch': storeBatch,
  'get-memories': getMemories,
  'list-memories': listMemories,
  'retrieve-memory': retrieveMemory,
  'update-memory': updateMemory,
  'delete-memory': deleteMemory,
  'memory-history': memoryHistory,
  'related-memories': relatedMemories,
  'find-patterns': findPatterns,
  'list-patterns': listPatterns,
  'get-map': getMap,
  'memory-retention': memoryRetention,
  'search-memories': searchMemories,
  'control-memories': controlMemories,
  'get-policy': getPolicy,
  'clear-policy': clearPolicy,
  'get-stats': getStats,
  'get-agent-stats': getAgentStats,
  'list-agents': listAgents,
  'erase-user': eraseUser,
  'export-user': exportUser,
  'list-events': listEvents,
  'create-key': createKey,
  'list-keys': listKeys,
  'revoke-key': revokeKey,
  'create-ticket': createTicket,
  'create-space': createSpace,
  'list-spaces': listSpaces,
  'set-member': setMember,
  'remove-member': removeMember,
  'delete-space': deleteSpace,
  health,
  openapi,
  docs,
};
