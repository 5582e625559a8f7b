/** A tenant with memories in every tier, its rebuild, and what a user sees of it. */
import { composeRebuild } from '@auren/memory/compose.ts';
import type { Memory } from '@auren/memory/model/memory.ts';
import type { SearchQuery } from '@auren/memory/search/port.ts';
import type { RebuildOptions } from '@auren/memory/usecases/rebuild/rebuild.ts';
import { aSearch } from '../../support/a-search.ts';
import { daysAfter } from '../../support/clock.ts';
import { type Domain, idsOf } from '../../support/domain.ts';

export const silent = () => {};

export async function rebuild(d: Domain, options: RebuildOptions = {}) {
  return await (await composeRebuild()).rebuild(d.tenantId, silent, options);
}

export interface Population {
  hot: Memory;
  dual: Memory;
  warm: Memory;
  cold: Memory;
  archived: Memory;
  deleted: Memory;
}

const SPACE = { name: 'sleep lab', members: [{ agentId: 'neuroscientist', role: 'writer' as const }] };

/** One memory of each kind, changed, moved, in a space, under a policy; drained. */
export async function populate(d: Domain): Promise<Population> {
  const ago = (days: number) => daysAfter(d.clock.instant(), -days);
  const { space } = await d.memory.createSpace(d.caller(), SPACE);
  await d.memory.setMember(d.caller(), space.id, { agentId: 'coach', role: 'reader' });
  const hot = await d.store({ key: 'pulse', content: { text: 'slow breathing raises heart rate variability' } });
  const dual = await d.store({ priority: 9, spaceId: space.id, content: { text: 'sauna improves sleep' } });
  const warm = await d.store({ createdAt: ago(100), userId: 'u1', content: { text: 'coffee delays sleep' } });
  const cold = await d.store({ createdAt: ago(800), userId: 'u1', content: { text: 'magnesium over melatonin' } });
  const archived = await d.store({ content: { text: 'an old invoice was paid' }, metadata: { n: 1.5, ok: true } });
  const deleted = await d.store({ key: 'gone', content: { text: 'a secret about nobody' } });
  await d.memory.update(d.caller(), hot.id, { content: { text: 'six breaths a minute' }, pinned: true }, {});
  await d.memory.control(d.caller(), 'neuroscientist', { action: 'archive', memoryIds: [archived.id] }, {});
  await d.memory.delete(d.caller(), deleted.id, {});
  const policy = { criteria: { minPriority: 0 }, onFail: 'demote', simulate: false, queries: [] } as const;
  await d.memory.control(d.caller(), 'neuroscientist', { action: 'set_retention', ...policy, queries: [] }, {});
  await d.drain();
  return { hot, dual, warm, cold, archived, deleted };
}

/** Everything that the API shows of the tenant's memories, spaces and policies; uses apart. */
export async function shown(d: Domain) {
  const everything = { order: '-created_at', limit: 100 } as const;
  const { items } = await d.memory.list(d.caller(), everything, 4_000_000);
  const { items: spaces } = await d.memory.listSpaces(d.caller(), { limit: 100 });
  return {
    memories: items.map(({ accessCount: _count, lastAccessedAt: _at, ...memory }) => memory),
    spaces,
    policy: await d.memory.policy(d.caller(), 'neuroscientist'),
  };
}

/** Past row security, as somebody with the superuser's password. */
export const tamper = (d: Domain, text: string, params: unknown[] = []) => d.sql(text, [d.tenantId, ...params]);

/** Ids of what a search finds, best first. */
export async function found(d: Domain, query: string, options: Partial<SearchQuery> = {}): Promise<string[]> {
  return idsOf((await d.memory.search(d.caller(), aSearch(query, options))).results.map(({ memory }) => memory));
}
