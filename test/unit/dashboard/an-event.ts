/** An event as the feed delivers it. */
import type { EventObject } from '../../../functions/contract/events.ts';

let made = 0;

export function anEvent(fields: Partial<EventObject> = {}): EventObject {
  made += 1;
  return {
    id: `event-${made}`,
    cursor: `cursor-${made}`,
    seq: 1,
    type: 'memory.stored',
    at: '2026-01-01T00:00:00.000Z',
    actor: 'agent:kitchen',
    request_id: 'request-1',
    agent_id: 'kitchen',
    user_id: 'ada',
    space_id: null,
    memory_id: 'mem_0199a4c2f1b87c3d9e0fa1b2c3d4e5f6',
    memory_type: 'insight',
    tier: 'hot',
    version: 1,
    data: {},
    ...fields,
  };
}
