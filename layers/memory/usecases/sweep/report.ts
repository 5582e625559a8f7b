/** What a sweep did, counted from what it really committed. */
import type { LogEvent, MoveReason } from '../../model/event.ts';
import type { JsonObject } from '../../model/json.ts';

export class SweepTally {
  usesCounted = 0;
  queriesLogged = 0;
  expired = 0;
  forgotten = 0;
  /** Marks of standing policies that were set or taken back. */
  marked = 0;
  /** Copies that Redis had lost and has again. */
  restored = 0;
  /** Copies in Redis of memories that are not hot. */
  removedCopies = 0;
  /** Due when the time was over; what turned out to stay is counted in. */
  backlog = 0;
  readonly moved: Partial<Record<MoveReason, number>> = {};

  count(events: readonly LogEvent[]): void {
    for (const { type, data } of events) {
      if (type === 'memory.expired') this.expired += 1;
      else if (type === 'memory.deleted') this.forgotten += 1;
      else if (type === 'memory.retained') this.marked += 1;
      else if (type === 'memory.tier_changed') this.#countMove(data.reason as MoveReason);
    }
  }

  #countMove(reason: MoveReason): void {
    this.moved[reason] = (this.moved[reason] ?? 0) + 1;
  }

  toJson(): JsonObject {
    const { age = 0, use = 0, prediction = 0, policy = 0, pressure = 0 } = this.moved;
    return {
      moved: { age, use, prediction, policy, pressure },
      expired: this.expired,
      forgotten: this.forgotten,
      marked: this.marked,
      uses_counted: this.usesCounted,
      queries_logged: this.queriesLogged,
      restored: this.restored,
      removed_copies: this.removedCopies,
      backlog: this.backlog,
    };
  }
}
