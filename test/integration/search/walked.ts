/** A whole list, walked in pages of seven. */
import type { ListQuery } from '@auren/memory/catalog/port.ts';
import type { Caller } from '@auren/memory/model/caller.ts';
import type { Memory } from '@auren/memory/model/memory.ts';
import type { Domain } from '../../support/domain.ts';

const BYTES = 1e7;

export async function walked(d: Domain, caller: Caller, query: Omit<ListQuery, 'limit'>): Promise<Memory[]> {
  const items: Memory[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await d.memory.list(caller, { ...query, limit: 7, ...(cursor && { cursor }) }, BYTES);
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    cursor = page.nextCursor;
  }
}
