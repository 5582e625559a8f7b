/** Control actions from the wire to the domain, and standing policies back. */
import type { ControlAction } from '@auren/memory/memory.ts';
import type { RetentionPolicy } from '@auren/memory/policy/retention-policy.ts';
import type { WireControl, WireRetention } from '../../contract/control.ts';
import { defined } from './defined.ts';
import { toQuery } from './search.ts';

const toRetention = ({ criteria, ...params }: WireRetention): ControlAction => ({
  action: 'set_retention',
  criteria: defined({
    minPriority: criteria.min_priority,
    minConfidence: criteria.min_confidence,
    minAccessCount: criteria.min_access_count,
    maxAgeDays: criteria.max_age_days,
  }),
  onFail: params.on_fail,
  simulate: params.simulate,
  queries: params.queries.map(toQuery),
  ...defined({ scoreThreshold: criteria.score_threshold, confirmCount: params.confirm_count }),
});

export function toAction(body: WireControl): ControlAction {
  switch (body.action) {
    case 'set_retention':
      return toRetention(body.params);
    case 'prioritize':
      return { action: body.action, memoryIds: body.params.memory_ids, boostFactor: body.params.boost_factor };
    default:
      return { action: body.action, memoryIds: body.params.memory_ids };
  }
}

export const toPolicy = ({ id, criteria, scoreThreshold, onFail, setAt }: RetentionPolicy) => ({
  policy_id: id,
  criteria: {
    ...defined({
      min_priority: criteria.minPriority,
      min_confidence: criteria.minConfidence,
      min_access_count: criteria.minAccessCount,
      max_age_days: criteria.maxAgeDays,
    }),
    score_threshold: scoreThreshold,
  },
  on_fail: onFail,
  set_at: setAt,
});
