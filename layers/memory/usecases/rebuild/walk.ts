/** Walks the log of a tenant stream by stream. What is held at a time is one page of events and the state of one stream. */
import { beginFold, type Fold, fold } from '../../log/fold.ts';
import type { StreamPlace } from '../../log/replay.ts';
import type { Progress, RebuildPorts, Step } from './ports.ts';

/** With payloads: at most some 9 MB. */
const EVENTS_PER_PAGE = 300;

/** Streams that have been read to their end, a page of the log at a time. */
export async function* walk(
  { replay, chainKey }: Pick<RebuildPorts, 'replay' | 'chainKey'>,
  tenantId: string,
  step: Step,
  progress: Progress,
): AsyncGenerator<Fold[]> {
  const total = await replay.count(tenantId);
  let done = 0;
  let place: StreamPlace | null = null;
  let open: Fold | null = null;
  progress(step, done, total);
  for (;;) {
    const events = await replay.page(tenantId, place, EVENTS_PER_PAGE);
    const ended: Fold[] = [];
    for (const event of events) {
      if (open?.streamId !== event.streamId) {
        if (open) ended.push(open);
        open = beginFold(event.streamId);
      }
      open = fold(chainKey, open, event);
      place = event;
    }
    const isLast = events.length < EVENTS_PER_PAGE;
    if (isLast && open) ended.push(open);
    done += events.length;
    if (ended.length > 0) yield ended;
    progress(step, done, total);
    if (isLast) return;
  }
}
