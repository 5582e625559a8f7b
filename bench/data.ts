/**
 * The data: short memories as a team of agents would store them about its users, the same in every run. Six of ten are
 * young (hot), a quarter some months old (warm), the rest older than a year (cold).
 */

import type { MemoryDraft } from '@auren/memory/memory.ts';
import { MEMORY_TYPES, type TierName } from '@auren/memory/model/memory.ts';
import { type Random, randomFrom } from './random.ts';

const AGENTS = ['neuroscientist', 'nutritionist', 'coach', 'sleep', 'planner', 'researcher', 'writer', 'analyst'];
const SUBJECTS = (
  'morning heart rate variability|evening screen time|deep sleep duration|caffeine after lunch|protein at breakfast|' +
  'weekly training load|resting heart rate|stress before deadlines|meditation practice|commute by bicycle|weekend recovery|' +
  'blood glucose response|hydration during meetings|shoulder mobility|reading before bed|project planning sessions|' +
  'travel across time zones|strength training volume|vitamin D supplementation|family dinner routine|quarterly budget review|' +
  'customer interview notes|database migration plan|language lessons|garden irrigation|photography workshop|mortgage offer|' +
  'marathon preparation|allergy medication|piano practice'
).split('|');
const VERBS = (
  'improves|worsens|stays stable|correlates with mood|needs another look|was discussed at length|was postponed|exceeded the target|' +
  'dropped below the baseline|responds to small changes|follows a weekly rhythm|depends on the season'
).split('|');
const CAUSES = (
  'when bedtime moves before eleven|after two days of rest|during weeks with many meetings|because of the new schedule|' +
  'while traveling for work|after switching to decaffeinated coffee|whenever the training plan changes|since the new apartment|' +
  'on days without a walk|if the alarm rings before six|after the conversation with the doctor|with less sugar in the evening'
).split('|');
const WISHES = (
  'Prefers short summaries in the morning.|Wants a reminder on Sunday evening.|Asked for sources next time.|' +
  'Does not want to be contacted at weekends.|Suggested to compare it with last month.|Agreed to try this for three weeks.|' +
  'Asked to keep the numbers private.|Would like a chart of the trend.'
).split('|');

/** How old each tier's memories are, in days: within the default bounds of 30 and 365, and far enough from them. */
const AGE_DAYS: Record<TierName, [from: number, to: number]> = { hot: [0.1, 25], warm: [40, 350], cold: [400, 700] };
const DAY_MS = 86_400_000;
const SEED = 20_250_101;

const tierOf = (index: number): TierName => {
  const share = index % 20;
  if (share < 12) return 'hot';
  return share < 17 ? 'warm' : 'cold';
};

function sentence(random: Random): string {
  const percent = random.integer(60);
  return `${random.pick(SUBJECTS)} ${random.pick(VERBS)} ${random.pick(CAUSES)}, by about ${percent} percent.`;
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const userName = (index: number) => `user_${index}`;

/** One memory, of any user and any age. */
export function draftOf(random: Random, userId: string, createdAt?: Date): MemoryDraft {
  const text = `${capitalized(sentence(random))} ${capitalized(sentence(random))} ${random.pick(WISHES)}`;
  return {
    agentId: random.pick(AGENTS),
    userId,
    type: random.pick(MEMORY_TYPES),
    content: { text },
    // One of ten is important enough to be stored twice.
    priority: random.integer(10) === 0 ? 8.5 : 1 + random.integer(13) / 2,
    confidence: 0.5 + random.integer(39) / 100,
    metadata: { session_id: `s${random.integer(1_000)}`, turn: random.integer(50) },
    ...(createdAt === undefined ? {} : { createdAt: createdAt.toISOString() }),
  };
}

/** `count` memories of `users` users, round robin, so that every user has as many of every tier. */
export function dataSet(count: number, users: number, now: Date): MemoryDraft[] {
  const random = randomFrom(SEED);
  return Array.from({ length: count }, (_, index) => {
    const [from, to] = AGE_DAYS[tierOf(Math.floor(index / users))];
    const ageMs = (from + random.next() * (to - from)) * DAY_MS;
    return draftOf(random, userName(index % users), new Date(now.getTime() - ageMs));
  });
}

/** What somebody would ask. The number makes it a text of its own, so that no cache knows it. */
export const queryOf = (random: Random, number?: number): string =>
  `${random.pick(SUBJECTS)} ${random.pick(CAUSES)}${number === undefined ? '' : ` ${number}`}`;
