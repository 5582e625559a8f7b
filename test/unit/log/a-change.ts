/** What changes are made with, and random sequences of them. */
import fc from 'fast-check';
import {
  type ChangeContext,
  type Changed,
  movedTo,
  prioritized,
  retained,
  updated,
} from '../../../layers/memory/log/change.ts';
import { MOVE_REASONS } from '../../../layers/memory/model/event.ts';
import { MEMORY_TYPES, type MemoryFields, type MemoryRecord, TIERS } from '../../../layers/memory/model/memory.ts';
import { CHAIN_KEY } from '../../support/builders.ts';
import { NOON } from '../../support/clock.ts';

export const aContext = (overrides: Partial<ChangeContext> = {}): ChangeContext => ({
  chainKey: CHAIN_KEY,
  rules: { hotDays: 30, warmDays: 365, dualStorePriority: 8, dualStoreConfidence: 0.9 },
  tenantId: 't',
  actor: 'agent:neuroscientist',
  requestId: 'req_1',
  now: NOON,
  ...overrides,
});

export const someFields = (overrides: Partial<MemoryFields> = {}): MemoryFields => ({
  agentId: 'neuroscientist',
  userId: 'u1',
  spaceId: null,
  visibility: 'user',
  key: null,
  type: 'fact',
  content: { text: 'first' },
  confidence: 0.7,
  priority: 5,
  metadata: {},
  source: 'agent',
  pinned: false,
  createdAt: NOON,
  expiresAt: null,
  ...overrides,
});

const aPriority = fc.double({ min: 0, max: 10, noNaN: true });
const aConfidence = fc.double({ min: 0, max: 1, noNaN: true });
const aContent = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)), {
  maxKeys: 3,
});

const somePatch = fc.record(
  {
    content: aContent,
    metadata: aContent.map((values) =>
      Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)),
    ),
    priority: aPriority,
    confidence: aConfidence,
    pinned: fc.boolean(),
    type: fc.constantFrom(...MEMORY_TYPES),
    expiresAt: fc.constantFrom(null, '2027-01-01T00:00:00.000Z'),
  },
  { requiredKeys: [] },
);

type Step = (context: ChangeContext, before: MemoryRecord) => Changed;

/** One change of any kind. */
const aStep: fc.Arbitrary<Step> = fc.oneof(
  somePatch.map(
    (patch): Step =>
      (context, before) =>
        updated(context, before, patch as Partial<MemoryFields>),
  ),
  aPriority.map(
    (priority): Step =>
      (context, before) =>
        prioritized(context, before, priority, 'why'),
  ),
  fc
    .tuple(
      fc.constantFrom(...TIERS),
      fc.constantFrom(...MOVE_REASONS),
      fc.constantFrom(null, 'demoted' as const, 'archived' as const),
    )
    .map(
      ([tier, reason, hold]): Step =>
        (context, before) =>
          movedTo(context, before, tier, reason, hold),
    ),
  fc.constantFrom(null, 'pol_1', 'pol_2').map(
    (policy): Step =>
      (context, before) =>
        retained(context, before, policy),
  ),
);

export const someSteps = fc.array(aStep, { maxLength: 12 });
export const anyFields = fc
  .record({ content: aContent, priority: aPriority, confidence: aConfidence, pinned: fc.boolean() })
  .map((fields) => someFields(fields));
