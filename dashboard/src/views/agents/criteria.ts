/** The form of a policy: texts as they are typed, made into criteria, and criteria told in words. Pure. */
import type { Criteria, OnFail } from '../../api/agents.ts';
import type { Policy } from '../../api/types.ts';
import { plural } from '../../components/format.ts';

export const CRITERIA = [
  { name: 'min_priority', label: 'Priority at least', hint: '0 to 10', min: 0, max: 10, step: 0.5 },
  { name: 'min_confidence', label: 'Confidence at least', hint: '0 to 1', min: 0, max: 1, step: 0.05 },
  { name: 'min_access_count', label: 'Used at least, times', hint: '0 or more', min: 0, max: 1_000_000, step: 1 },
  { name: 'max_age_days', label: 'Not older than, days', hint: 'more than 0', min: 1, max: 36_500, step: 1 },
] as const;
export type CriterionName = (typeof CRITERIA)[number]['name'];

export interface PolicyForm extends Record<CriterionName, string> {
  threshold: string;
  onFail: OnFail;
  /** One search a line, rehearsed before and after. */
  queries: string;
}

export const EMPTY_FORM: PolicyForm = {
  min_priority: '',
  min_confidence: '',
  min_access_count: '',
  max_age_days: '',
  threshold: '',
  onFail: 'demote',
  queries: '',
};

export const ON_FAIL: readonly (readonly [OnFail, string])[] = [
  ['demote', 'is demoted'],
  ['archive', 'is archived'],
  ['forget', 'is forgotten'],
];

export const formOf = ({ criteria, on_fail: onFail }: Policy): PolicyForm => ({
  ...EMPTY_FORM,
  ...Object.fromEntries(CRITERIA.map(({ name }) => [name, criteria[name] === undefined ? '' : String(criteria[name])])),
  threshold: String(criteria.score_threshold),
  onFail,
});

const given = (form: PolicyForm) => CRITERIA.filter(({ name }) => form[name].trim() !== '');

export const countOf = (form: PolicyForm): number => given(form).length;

export function criteriaOf(form: PolicyForm): Criteria {
  const criteria: Criteria = Object.fromEntries(given(form).map(({ name }) => [name, Number(form[name])]));
  return form.threshold.trim() === '' ? criteria : { ...criteria, score_threshold: Number(form.threshold) };
}

/** What is wrong with it, by field; empty where it may be sent. */
export function faultsOf(form: PolicyForm): Partial<Record<CriterionName | 'threshold', string>> {
  const faults: Partial<Record<CriterionName | 'threshold', string>> = {};
  for (const { name, min, max } of given(form)) {
    const value = Number(form[name]);
    if (!(value >= min && value <= max)) faults[name] = `A number from ${min} to ${max}.`;
  }
  const most = countOf(form);
  const threshold = Number(form.threshold);
  if (form.threshold.trim() !== '' && !(Number.isInteger(threshold) && threshold >= 1 && threshold <= most)) {
    faults.threshold = `A whole number from 1 to ${most}, the criteria given.`;
  }
  return faults;
}

export const queriesOf = ({ queries }: PolicyForm, agentId: string) =>
  queries
    .split('\n')
    .map((query) => query.trim())
    .filter((query) => query !== '')
    .map((query) => ({ query, agent_id: agentId }));

const WORDS: Record<CriterionName, (value: number) => string> = {
  min_priority: (value) => `priority ${value} or more`,
  min_confidence: (value) => `confidence ${value} or more`,
  min_access_count: (value) => `used ${plural(value, 'time')} or more`,
  max_age_days: (value) => `not older than ${plural(value, 'day')}`,
};

/** "priority 4 or more; the rest is demoted". */
export function inWords({ criteria, on_fail: onFail }: Pick<Policy, 'criteria' | 'on_fail'>): string {
  const parts = CRITERIA.flatMap(({ name }) => {
    const value = criteria[name];
    return value === undefined ? [] : [WORDS[name](value)];
  });
  const needed = parts.length > 1 ? `${criteria.score_threshold} of: ` : '';
  const rest = { demote: 'is demoted', archive: 'is archived', forget: 'is forgotten' }[onFail];
  return `${needed}${parts.join(', ')}; the rest ${rest}`;
}
