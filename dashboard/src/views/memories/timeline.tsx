/** What happened to a memory, the newest first, each change with what it changed. */
import type { History, HistoryEvent } from '../../api/memories.ts';
import { ApiError } from '../../api/problem.ts';
import { ago, dateTime, plural } from '../../components/format.ts';
import { Icon } from '../../components/icon.tsx';
import { ErrorState, Skeleton } from '../../components/states.tsx';
import { serviceNow } from '../../state/now.ts';
import type { Resource } from '../../state/resource.ts';
import './timeline.css';
import { Changes } from './changes.tsx';
import { actorWords, chapterOf } from './story.ts';

export function Timeline({ history }: { history: Resource<History> }) {
  const shown = history.data.value;
  const error = history.error.value;
  const isHidden = error instanceof ApiError && error.code === 'not_found';
  return (
    <section class="card" aria-label="History">
      <header>
        <h2>History</h2>
        {shown && <Verified history={shown} />}
      </header>
      {isHidden && <p class="muted">Nothing is told of it: it never was, or this key may not read it.</p>}
      {!shown && error !== undefined && !isHidden && (
        <ErrorState error={error} what="The history could not be read" onRetry={() => void history.load()} />
      )}
      {!shown && error === undefined && <Skeleton height="12rem" />}
      {shown?.truncated && <p class="caveat quiet">Only the newest events fit into the answer.</p>}
      {shown && (
        <ol class="timeline">
          {shown.events.toReversed().map((event) => (
            <Entry key={event.id} event={event} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Verified({ history: { verified, events } }: { history: History }) {
  return verified ? (
    <span
      class="tag good verified"
      title="Each entry is sealed with a hash over the one before it, and all of them hold."
    >
      <Icon name="check" />
      {plural(events.length, 'event')}, chain verified
    </span>
  ) : (
    <span class="tag bad verified" role="alert">
      <Icon name="alert" />
      The chain does not hold: an entry was changed behind the log’s back
    </span>
  );
}

function Entry({ event }: { event: HistoryEvent }) {
  const { title, why, tone } = chapterOf(event);
  return (
    <li class={`entry tone-${tone} tier-${tone}`}>
      <div class="entry-head">
        <h3>{title}</h3>
        <time class="muted small" dateTime={event.at} title={ago(event.at, serviceNow())}>
          {dateTime(event.at)}
        </time>
      </div>
      <p class="small muted">
        by <span title={event.actor}>{actorWords(event.actor)}</span>
        {event.version !== null && `, version ${event.version}`}
        {why !== undefined && `. ${why}`}
      </p>
      {event.changes !== null && <Changes changes={event.changes} />}
    </li>
  );
}
