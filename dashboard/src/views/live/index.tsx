/** Live: everything that happens, as it happens; filtered by the server, held back by a pause, whole again after a cut. */
import { useState } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { plural } from '../../components/format.ts';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import { PageHead } from '../../shell/page-head.tsx';
import { feedCursor, feedState } from '../../state/feed.ts';
import { FeedList } from './feed-list.tsx';
import { type Chosen, EVERYTHING } from './filter.ts';
import { Filters } from './filters.tsx';
import './live.css';
import { type FeedRows, useFeedRows } from './use-feed-rows.ts';

export default function Live() {
  const [chosen, setChosen] = useState<Chosen>(EVERYTHING);
  const [paused, setPaused] = useState(false);
  const feed = useFeedRows(chosen, paused);
  return (
    <div class="live-view">
      <PageHead title="Live" about="Every event once and in order, also after a cut.">
        <Button icon={paused ? 'play' : 'pause'} pressed={paused} onClick={() => setPaused(!paused)}>
          {paused ? `Resume${feed.held > 0 ? `, ${plural(feed.held, 'new event')}` : ''}` : 'Pause'}
        </Button>
      </PageHead>
      <section class="card live-card" aria-label="Live feed">
        <Filters chosen={chosen} onChange={setChosen} />
        <Rows feed={feed} />
        <Foot feed={feed} />
      </section>
    </div>
  );
}

function Rows({ feed }: { feed: FeedRows }) {
  if (feed.rows.length > 0) return <FeedList rows={feed.rows} onNearEnd={feed.older} />;
  if (feed.error !== undefined) {
    return (
      <div class="feed-list">
        <ErrorState error={feed.error} what="The events could not be read" onRetry={feed.reload} />
      </div>
    );
  }
  return (
    <div class="feed-list" aria-busy={feed.loading}>
      {!feed.loading && (
        <EmptyState title="Nothing yet">
          Store, change or search a memory, and it shows here at once. If you chose filters, clear them.
        </EmptyState>
      )}
    </div>
  );
}

function Foot({ feed }: { feed: FeedRows }) {
  const { state, detail } = feedState.value;
  const cursor = feedCursor.value;
  return (
    <footer class="feed-foot muted small">
      <span class="num">{plural(feed.rows.length, 'event')} shown</span>
      <span role="status">
        {feed.recovered > 0 && <span class="tag good">recovered {plural(feed.recovered, 'event')}</span>}
        {state !== 'live' && (
          <span class="tag warn">
            {state} {detail}
          </span>
        )}
      </span>
      <span class="cursor mono" title={cursor ?? ''}>
        cursor {cursor === null ? 'at the newest' : `…${cursor.slice(-12)}`}
      </span>
    </footer>
  );
}
