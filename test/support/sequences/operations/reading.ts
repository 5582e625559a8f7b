/** Retrieve, many-get, list, search, stats, history. */
import fc from 'fast-check';
import type { JsonObject } from '../../../../layers/memory/model/json.ts';
import { aSearch } from '../../a-search.ts';
import { type Counts, countsOf } from '../../recount.ts';
import { isAlive, isDual, type Memo, type Model, mayRead, Refused, TIERS, use, visible } from '../model.ts';
import { callerOf, type View, viewOf, viewOfMemo } from '../view.ts';
import { AGENTS, at, by, idAt, memoAt, type Operation, onceIn, ownerAt, whoIs, words } from './operation.ts';

const BYTES = 4e6;

export interface Read {
  id: string;
  view: View;
  accessCount: number;
}

const readOf = (memo: Memo): Read => ({ id: memo.id ?? '', view: viewOfMemo(memo), accessCount: memo.uses.length });

const retrieves = fc.record({ do: fc.constant('retrieve' as const), by, at, times: fc.constantFrom(1, 1, 3) });
export const retrieve: Operation<typeof retrieves extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: retrieves,
  predict(model, step): Read[] {
    const memo = memoAt(model, step.at);
    if (memo === undefined || !isAlive(model, memo) || !mayRead(model, whoIs(step.by, memo.agentId), memo)) {
      throw new Refused('not_found');
    }
    for (let time = 0; time < step.times; time += 1) use(model, memo);
    return [readOf(memo)];
  },
  async act({ memory, tenantId }, model, step): Promise<Read[]> {
    const caller = callerOf(tenantId, model, whoIs(step.by, ownerAt(model, step.at)));
    for (let time = 1; time < step.times; time += 1) await memory.retrieve(caller, idAt(model, step.at), {});
    const found = await memory.retrieve(caller, idAt(model, step.at), {});
    return [{ id: found.id, view: viewOf(found), accessCount: found.accessCount }];
  },
};

const gets = fc.record({ do: fc.constant('get' as const), by, ats: fc.array(at, { minLength: 1, maxLength: 5 }) });
type Get = typeof gets extends fc.Arbitrary<infer S> ? S : never;
const whoGets = (model: Model, { by: asked, ats }: Get) => whoIs(asked, ownerAt(model, ats[0] ?? 0));
export const getMany: Operation<Get> = {
  arbitrary: gets,
  predict(model, step): Read[] {
    const memos = new Set(step.ats.flatMap((place) => memoAt(model, place) ?? []));
    const found = [...memos].filter((memo) => isAlive(model, memo) && mayRead(model, whoGets(model, step), memo));
    for (const memo of found) use(model, memo);
    return found.map(readOf);
  },
  async act({ memory, tenantId }, model, step): Promise<Read[]> {
    const ids = step.ats.map((place) => idAt(model, place));
    const { memories, missing, remaining } = await memory.getMany(
      callerOf(tenantId, model, whoGets(model, step)),
      ids,
      BYTES,
    );
    if (memories.length + missing.length + remaining.length !== new Set(ids).size) throw new Error('ids went astray');
    return memories.map((found) => ({ id: found.id, view: viewOf(found), accessCount: found.accessCount }));
  },
};

const filters = fc.record(
  {
    agentId: fc.constantFrom(...AGENTS),
    userId: fc.constantFrom('u1', 'u2'),
    type: fc.constantFrom('fact' as const, 'analysis' as const),
    tier: fc.constantFrom(...TIERS),
  },
  { requiredKeys: [] },
);
const byTag = (views: View[]) => views.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));

const lists = fc.record({ do: fc.constant('list' as const), by: fc.constantFrom(null, ...AGENTS), filter: filters });
export const list: Operation<typeof lists extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: lists,
  predict: (model, { by: who, filter }) =>
    byTag(
      visible(model, who)
        .filter((memo) => Object.entries(filter).every(([field, value]) => memo[field as keyof Memo] === value))
        .map(viewOfMemo),
    ),
  async act({ memory, tenantId }, model, { by: who, filter }) {
    const page = { ...filter, order: 'priority', limit: 200 } as const;
    const { items } = await memory.list(callerOf(tenantId, model, who), page, BYTES);
    return byTag(items.map(viewOf));
  },
};

const searches = fc.record({
  do: fc.constant('search' as const),
  by: fc.constantFrom(null, ...AGENTS),
  words,
  agentId: onceIn(3, fc.constantFrom(...AGENTS), null),
  mode: fc.constantFrom('lexical' as const, 'hybrid' as const),
});
type Search = typeof searches extends fc.Arbitrary<infer S> ? S : never;
export interface Found {
  ids: string[];
  views: View[];
}
const holdsOne = (memo: Memo, asked: readonly string[]) =>
  asked.some((word) => String(memo.content.text).split(' ').includes(word));

export const search: Operation<Search> = {
  arbitrary: searches,
  predict: (model, { by: who, words: asked, agentId }) =>
    byTag(
      visible(model, who)
        .filter((memo) => (agentId === null || memo.agentId === agentId) && holdsOne(memo, asked))
        .map(viewOfMemo),
    ),
  async act({ memory, tenantId }, model, { by: who, words: asked, agentId, mode }): Promise<Found> {
    const query = aSearch(asked.join(' '), { agentId, mode, limit: 100 });
    const { results } = await memory.search(callerOf(tenantId, model, who), query);
    // Meaning may add others; that they share no word shows that they are its own.
    const byWords = results.filter(({ memory: { content } }) =>
      asked.some((word) => String(content.text).split(' ').includes(word)),
    );
    if (mode === 'lexical' && byWords.length < results.length) throw new Error('found without a word in common');
    return {
      ids: results.map((result) => result.memory.id),
      views: byTag(byWords.map((result) => viewOf(result.memory))),
    };
  },
  /** The first five are used where an agent asked. */
  learn(model, { by: who, agentId }, answer) {
    if (who === null && agentId === null) return;
    for (const id of (answer as Found).ids.slice(0, 5)) {
      const memo = model.memories.find((one) => one.id === id);
      if (memo !== undefined) use(model, memo);
    }
  },
};

const statistics = fc.record({
  do: fc.constant('stats' as const),
  by: fc.constantFrom(null, ...AGENTS),
  agentId: onceIn(2, fc.constantFrom(...AGENTS)),
});
export const stats: Operation<typeof statistics extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: statistics,
  predict: (model, { by: who, agentId }): Counts =>
    countsOf(
      visible(model, who)
        .filter((memo) => agentId === undefined || memo.agentId === agentId)
        .map((memo) => ({ ...memo, dualStored: isDual(memo) })),
    ),
  async act({ memory, tenantId }, model, { by: who, agentId }): Promise<Counts> {
    const answer = await memory.stats(callerOf(tenantId, model, who), agentId === undefined ? {} : { agentId });
    return {
      total_memories: answer.total_memories as number,
      tier_distribution: answer.tier_distribution as Counts['tier_distribution'],
      dual_stored: answer.dual_stored as number,
      pinned: answer.pinned as number,
      by_type: answer.by_type as JsonObject as Record<string, number>,
      by_agent: answer.by_agent as JsonObject as Record<string, number>,
    };
  },
};

const histories = fc.record({ do: fc.constant('history' as const), by, at });
export const history: Operation<typeof histories extends fc.Arbitrary<infer S> ? S : never> = {
  arbitrary: histories,
  predict(model, step) {
    const memo = memoAt(model, step.at);
    if (memo === undefined || !mayRead(model, whoIs(step.by, memo.agentId), memo)) throw new Refused('not_found');
    // What expired may have been swept or not.
    const hasContent = memo.isGone ? false : isAlive(model, memo) ? true : 'either';
    return { verified: true, isGapless: true, version: memo.version, hasContent };
  },
  async act({ memory, tenantId }, model, step) {
    const caller = callerOf(tenantId, model, whoIs(step.by, ownerAt(model, step.at)));
    const { events, verified } = await memory.history(caller, idAt(model, step.at));
    const memo = memoAt(model, step.at);
    const isOver = memo !== undefined && !memo.isGone && !isAlive(model, memo);
    return {
      verified,
      isGapless: events.every(({ seq }, n) => seq === n + 1),
      version: events.at(-1)?.version,
      hasContent: isOver ? 'either' : events.some(({ payload }) => payload?.content !== undefined),
    };
  },
};
