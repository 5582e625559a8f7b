/** Memories as handed in: from the wire to the domain's drafts and patches. */
import { AurenError, type FieldFault } from '@auren/memory/errors.ts';
import type { Caller, MemoryDraft, MemoryPatch } from '@auren/memory/memory.ts';
import type { WireDraft, WirePatch } from '../../contract/memory.ts';
import { defined } from './defined.ts';

const invalid = (errors: FieldFault[]) =>
  new AurenError('invalid_field', `${errors[0]?.path} ${errors[0]?.message}.`, { errors });

const NO_AGENT = 'is required, since the API key is not bound to an agent';

const draftOf = (agentId: string, item: WireDraft): MemoryDraft => ({
  agentId,
  type: item.type,
  content: item.content,
  ...defined({
    userId: item.user_id,
    spaceId: item.space_id,
    visibility: item.visibility,
    key: item.key,
    confidence: item.confidence,
    priority: item.priority,
    metadata: item.metadata,
    source: item.source,
    pinned: item.pinned,
    createdAt: item.created_at,
    ttlSeconds: item.ttl_seconds,
  }),
});

/** The acting agent is the key's, else the one named. Throws `invalid_field` on `agent_id` where there is neither. */
export function toDraft(caller: Caller, item: WireDraft): MemoryDraft {
  const agentId = caller.agentId ?? item.agent_id;
  if (agentId === undefined) throw invalid([{ path: 'agent_id', message: NO_AGENT }]);
  return draftOf(agentId, item);
}

/** `key` is unique per agent, user and space: JSON keeps the parts apart, whatever they hold. */
const keyOf = (draft: MemoryDraft): string | null =>
  (draft.key ?? null) === null
    ? null
    : JSON.stringify([draft.agentId, draft.userId ?? null, draft.spaceId ?? null, draft.key]);

/** Throws one `invalid_field` for every item without an agent and every second use of a key. */
export function toDrafts(caller: Caller, items: readonly WireDraft[]): MemoryDraft[] {
  const faults: FieldFault[] = [];
  const seen = new Map<string, number>();
  const drafts = items.map((item, index) => {
    const agentId = caller.agentId ?? item.agent_id;
    if (agentId === undefined) faults.push({ path: `memories[${index}].agent_id`, message: NO_AGENT });
    const draft = draftOf(agentId ?? '', item);
    const key = keyOf(draft);
    const first = key === null ? undefined : seen.get(key);
    if (first !== undefined) {
      faults.push({ path: `memories[${index}].key`, message: `is used by memories[${first}] already` });
    } else if (key !== null) seen.set(key, index);
    return draft;
  });
  if (faults.length > 0) throw invalid(faults);
  return drafts;
}

export const toPatch = (body: WirePatch): MemoryPatch =>
  defined({
    content: body.content,
    metadata: body.metadata,
    priority: body.priority,
    confidence: body.confidence,
    type: body.type,
    pinned: body.pinned,
    visibility: body.visibility,
    spaceId: body.space_id,
    ttlSeconds: body.ttl_seconds,
  });
