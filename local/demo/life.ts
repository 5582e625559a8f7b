/**
 * A year and a half of four agents and their users, the same in every run: made of a few dozen phrases that are walked through in steps
 * without a common divisor, so that no two memories of a month are equal.
 */
import { DAY_MS } from '../../layers/memory/clock.ts';

export interface Draft {
  agent_id: string;
  user_id: string;
  type: string;
  content: string;
  priority?: number;
  confidence?: number;
  ttl_seconds?: number;
  created_at?: string;
}

interface Agent {
  id: string;
  types: readonly string[];
  subjects: readonly string[];
  findings: readonly string[];
}

export const USERS = ['ada', 'grace', 'linus', 'maryam', 'tove'] as const;
export const DAYS_A_WEEK = 7;
export const PER_WEEK = 24;
const HOUR_MS = 3_600_000;
const TTL_DAYS = 21;

const AGENTS: readonly Agent[] = [
  {
    id: 'sleep-coach',
    types: ['analysis', 'recommendation', 'fact'],
    subjects: [
      'Deep sleep',
      'Time to fall asleep',
      'Resting heart rate',
      'The morning mood',
      'Heart rate variability',
      'Waking at night',
    ],
    findings: [
      'improved after dinner was moved before seven',
      'suffered from the screen in the bedroom',
      'was best on days with an hour outdoors',
      'did not change with the new mattress',
      'followed the training load with a day of delay',
      'settled once coffee ended at noon',
      'got worse while traveling across time zones',
    ],
  },
  {
    id: 'project-planner',
    types: ['decision', 'conversation', 'knowledge'],
    subjects: [
      'The database migration',
      'The mobile release',
      'The security audit',
      'The hiring plan',
      'The pricing page',
    ],
    findings: [
      'was postponed until the tests are stable',
      'needs an owner before the next planning',
      'will be split into three smaller steps',
      'was approved without changes',
      'depends on the answer of the legal team',
      'is done apart from the documentation',
      'went over budget by a tenth',
      'was discussed at length without a result',
    ],
  },
  {
    id: 'kitchen',
    types: ['fact', 'recommendation', 'insight'],
    subjects: [
      'The lentil soup',
      'Bread from sourdough',
      'The Sunday roast',
      'Oat porridge',
      'The green curry',
      'Pickled vegetables',
      'Fish on Fridays',
    ],
    findings: [
      'was liked by everyone at the table',
      'needs less salt next time',
      'keeps for three days in the fridge',
      'is too heavy in the evening',
      'works with whatever the market has',
    ],
  },
  {
    id: 'language-tutor',
    types: ['insight', 'hypothesis', 'conversation'],
    subjects: [
      'The subjunctive',
      'Word order in questions',
      'Numbers above one hundred',
      'Small talk about the weather',
      'Reading the news',
    ],
    findings: [
      'comes easily after the exercises with songs',
      'is still mixed up under time pressure',
      'was repeated on three days of this week',
      'should be practiced with a partner',
      'is understood, but rarely used',
      'improves when it is written by hand',
    ],
  },
];

const at = <T>(items: readonly T[], index: number): T => {
  const item = items[index % items.length];
  if (item === undefined) throw new RangeError('an empty list');
  return item;
};

/** What was stored in the week before `end`; weeks count from 0. */
export function week(number: number, end: Date): Draft[] {
  return Array.from({ length: PER_WEEK }, (_, index) => {
    const n = number * PER_WEEK + index;
    const agent = at(AGENTS, index);
    const user = at(USERS, n * 3 + number);
    const subject = at(agent.subjects, Math.floor(n / AGENTS.length));
    const finding = at(agent.findings, Math.floor(n / AGENTS.length) + number * 2);
    const agoMs = ((PER_WEEK - index) / PER_WEEK) * DAYS_A_WEEK * DAY_MS - HOUR_MS;
    return {
      agent_id: agent.id,
      user_id: user,
      type: at(agent.types, n + number),
      content: `${subject} ${finding}. Week ${number + 1}, for ${user}.`,
      priority: 2 + (n % 7),
      confidence: 0.5 + (n % 4) / 10,
      created_at: new Date(end.getTime() - Math.max(HOUR_MS, agoMs)).toISOString(),
      // Small talk is not meant to be kept.
      ...(n % 12 === 5 ? { ttl_seconds: (TTL_DAYS * DAY_MS) / 1_000 } : {}),
    };
  });
}

/** What agents ask again all year: what they find is used, and rises again. */
export const QUESTIONS = [
  { agent_id: 'sleep-coach', user_id: 'ada', query: 'what helped with deep sleep' },
  { agent_id: 'project-planner', user_id: 'grace', query: 'database migration decision' },
  { agent_id: 'language-tutor', user_id: 'linus', query: 'the subjunctive with songs' },
] as const;

const TOPICS: readonly (readonly string[])[] = [
  [
    'The cello lesson went well and the bow hold is better.',
    'Ada practiced the cello sonata for an hour.',
    'The cello needs new strings before the concert.',
    'Her cello teacher suggested slower scales.',
  ],
  [
    'The tomato plants in the garden need water twice a day.',
    'Ada planted basil beside the tomatoes in the garden.',
    'Snails ate the lettuce in the garden again.',
    'The garden soil got compost before the tomatoes.',
  ],
];

/** Two topics that a reader would see, for the discovery of patterns. */
export const clusters = (agent: string, user: string): Draft[] =>
  TOPICS.flat().map((content) => ({ agent_id: agent, user_id: user, type: 'insight', content }));
