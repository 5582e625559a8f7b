/** Before the life: each promise once, small enough to be followed. What does not hold ends the demo. */
import { type Api, must, until } from './api.ts';
import { clusters, type Draft } from './life.ts';

interface Memory {
  id: string;
  tier: string;
  pinned: boolean;
  access_count: number;
}

interface Found {
  results: { memory: Memory & { content: { text: string } }; score: number }[];
}

interface Act {
  title: string;
  /** Answers what was seen. */
  play(api: Api): Promise<string>;
}

const AGENT = 'companion';
const USER = 'ada';
const SOON_MS = 20_000;

const draft = (content: string, more: object = {}): Draft => ({
  agent_id: AGENT,
  user_id: USER,
  type: 'fact',
  content,
  ...more,
});

const store = (api: Api, memory: Draft) => api.post<Memory>('/v1/memories', memory);
const control = (api: Api, action: string, id: string) =>
  api.post(`/v1/agents/${AGENT}/control`, { action, params: { memory_ids: [id] } });
const typesOf = async (api: Api, id: string) => {
  const { events } = await api.get<{ events: { type: string }[] }>(`/v1/events?memory_ids=${id}`);
  return events.map(({ type }) => type);
};

export const ACTS: Act[] = [
  {
    title: 'store and retrieve',
    async play(api) {
      const { id, tier } = await store(api, draft('Ada plays the cello on Thursday evenings.'));
      const found = await api.get<Memory>(`/v1/memories/${id}`);
      must(tier === 'hot' && found.access_count === 1, 'a new memory in the hot tier, used once');
      return `${id} is ${tier}`;
    },
  },
  {
    title: 'control by its agent',
    async play(api) {
      const { id } = await store(api, draft('Ada is allergic to penicillin.', { priority: 9 }));
      await control(api, 'pin', id);
      const { pinned } = await api.get<Memory>(`/v1/memories/${id}`);
      must(pinned, 'a pinned memory');
      return 'pinned';
    },
  },
  {
    title: 'from tier to tier and back',
    async play(api) {
      const { id } = await store(api, draft('The old boiler was replaced in spring.'));
      await control(api, 'archive', id);
      const archived = await api.get<Memory>(`/v1/memories/${id}`);
      must(archived.tier === 'cold', 'an archived memory in the cold tier');
      await control(api, 'promote', id);
      const lifted = await api.get<Memory>(`/v1/memories/${id}`);
      must(lifted.tier === 'warm', 'a promoted memory one tier up');
      const types = await typesOf(api, id);
      must(types.filter((type) => type === 'memory.tier_changed').length === 2, 'two moves in the log');
      return `hot, cold, warm; in the log: ${types.join(', ')}`;
    },
  },
  {
    title: 'search by meaning, without a common word',
    async play(api) {
      const { id } = await store(api, draft('Slow breathing before bed calms her down.'));
      await store(api, draft('The quarterly invoice was paid by bank transfer.'));
      const query = { query: 'relaxation technique at night', user_id: USER, mode: 'semantic', limit: 1 };
      let best: Found['results'][number] | undefined;
      await until('found by meaning', SOON_MS, async () => {
        [best] = (await api.post<Found>('/v1/search', query)).results;
        return best?.memory.id === id;
      });
      return `"${query.query}" finds "${best?.memory.content.text}" (score ${best?.score.toFixed(2)})`;
    },
  },
  {
    title: 'patterns',
    async play(api) {
      const memories = clusters(AGENT, USER);
      await api.post('/v1/memories/batch', { memories });
      let labels: string[] = [];
      await until('patterns', SOON_MS, async () => {
        const { patterns } = await api.post<{ patterns: { label: string; size: number }[] }>('/v1/patterns/discover', {
          user_id: USER,
        });
        labels = patterns.map(({ label, size }) => `"${label}" (${size})`);
        return labels.length >= 2;
      });
      return labels.join(', ');
    },
  },
  {
    title: 'events, in order and chained',
    async play(api) {
      const { events } = await api.get<{ events: { type: string; memory_id: string | null }[] }>(
        '/v1/events?limit=200',
      );
      const id = events.find(({ type }) => type === 'memory.stored')?.memory_id;
      const { verified } = await api.get<{ verified: boolean }>(`/v1/memories/${id}/history`);
      must(verified, 'a history whose chain holds');
      return `${events.length} so far, the chain verifies`;
    },
  },
];
