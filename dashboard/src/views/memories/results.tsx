/** What was found, with how it was found said in words. */
import { Button } from '../../components/button.tsx';
import { count, milliseconds, plural } from '../../components/format.ts';
import { EmptyState, ErrorState, InlineError, Skeleton } from '../../components/states.tsx';
import { countFilters, type Filters } from './filters.ts';
import type { Finding, Found } from './found.ts';
import { MemoryRow, WorthHead } from './memory-row.tsx';
import { ScoreLegend } from './score-bar.tsx';

interface Props {
  filters: Filters;
  finding: Finding;
  onClear: () => void;
}

export function Results({ filters, finding, onClear }: Props) {
  const { found, fresh, reload } = finding;
  const shown = found.data.value;
  const error = found.error.value;
  if (!shown) {
    return error === undefined ? (
      <Waiting />
    ) : (
      <div class="card">
        <ErrorState error={error} what="The memories could not be read" onRetry={reload} />
      </div>
    );
  }
  return (
    <section class="card found" aria-label="Found" aria-busy={found.loading.value}>
      <header>
        <h2 aria-live="polite">{headline(shown)}</h2>
        <span class="found-side">
          {fresh.value > 0 && (
            <Button small onClick={reload}>
              Show {count(fresh.value)} new
            </Button>
          )}
          {shown.of.as === 'search' && shown.rows.length > 0 && <ScoreLegend />}
          {shown.of.as === 'list' && shown.rows.length > 0 && <WorthHead />}
        </span>
      </header>
      {error !== undefined && <InlineError error={error} what="The memories could not be read" onRetry={reload} />}
      <Caveats found={shown} />
      {shown.rows.length === 0 ? (
        <Nothing filters={filters} onClear={onClear} />
      ) : (
        <ol class={`rows${found.loading.value ? ' stale' : ''}`}>
          {shown.rows.map((row) => (
            <MemoryRow key={row.memory.id} row={row} query={filters.query} />
          ))}
        </ol>
      )}
      <More finding={finding} found={shown} />
    </section>
  );
}

function headline({ of, rows, tookMs, nextCursor }: Found): string {
  if (of.as === 'list') return `${plural(rows.length, 'memory', 'memories')}${nextCursor === null ? '' : ', and more'}`;
  const what = plural(rows.length, 'result');
  const order = of.body.query === '' ? ' by priority' : '';
  return tookMs === undefined ? what : `${what}${order} in ${milliseconds(tookMs)}`;
}

/** What an answer left out, and what to do about it. */
function Caveats({ found: { degraded, truncated, of, rows } }: { found: Found }) {
  const isFull = of.as === 'search' && rows.length === of.body.limit;
  return (
    <>
      {degraded.length > 0 && (
        <p class="caveat">
          The search by {degraded.map((leg) => (leg === 'semantic' ? 'meaning' : leg)).join(' and ')} did not answer in
          time. This is what the words found; ask again for the rest.
        </p>
      )}
      {truncated && (
        <p class="caveat">
          Not everything was searched by meaning: without a user it covers eight of those whose memories may be seen.
          Name a user to search all of theirs.
        </p>
      )}
      {isFull && <p class="caveat quiet">The best {rows.length} are shown. Narrow the search for others.</p>}
    </>
  );
}

function Nothing({ filters, onClear }: { filters: Filters; onClear: () => void }) {
  if (countFilters(filters) > 0) {
    return (
      <EmptyState title="Nothing matches">
        <p>Fewer filters find more.</p>
        <Button onClick={onClear}>Clear the search</Button>
      </EmptyState>
    );
  }
  if (filters.query.trim() !== '') {
    return (
      <EmptyState title="Nothing was found">
        Neither a word nor the meaning of this question is in a memory that this key may read. Try other words.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No memories yet">
      <p>Store a first one, and it appears here:</p>
      <pre>
        {`curl ${location.origin}/v1/memories \\
  -H "Authorization: Bearer $AUREN_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"agent_id":"me","type":"fact","content":"The sky is blue."}'`}
      </pre>
    </EmptyState>
  );
}

function More({ finding, found }: { finding: Finding; found: Found }) {
  if (found.of.as !== 'list' || found.rows.length === 0) return null;
  return (
    <footer class="found-more">
      {found.nextCursor === null ? (
        <span class="muted small">That is all.</span>
      ) : (
        <Button busy={finding.loadingMore.value} onClick={() => void finding.more()}>
          Show more
        </Button>
      )}
    </footer>
  );
}

const WAITING_ROWS = 8;

function Waiting() {
  return (
    <section class="card found" aria-busy="true" aria-label="Found">
      <header>
        <Skeleton width="8rem" height="1.25rem" />
      </header>
      <ol class="rows">
        {Array.from({ length: WAITING_ROWS }, (_, n) => (
          <li key={n} class="row">
            <Skeleton width={`${80 - ((n * 13) % 40)}%`} />
            <Skeleton width="30%" />
          </li>
        ))}
      </ol>
    </section>
  );
}
