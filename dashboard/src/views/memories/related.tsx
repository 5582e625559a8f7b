/** The nearest by meaning. */
import type { Related as RelatedAnswer } from '../../api/memories.ts';
import { InlineError, Skeleton } from '../../components/states.tsx';
import { TierTag } from '../../components/tier.tsx';
import type { Resource } from '../../state/resource.ts';
import { memoryHref } from '../../state/route.ts';
import { lineOf, shortened } from './content.ts';
import { scoreText } from './score.ts';

const LINE_CHARACTERS = 110;

export function Related({ related }: { related: Resource<RelatedAnswer> }) {
  const results = related.data.value?.results;
  const error = related.error.value;
  return (
    <section class="card" aria-label="Related">
      <header>
        <h2>Related</h2>
        <span class="note">nearest by meaning</span>
      </header>
      {error !== undefined && (
        <InlineError error={error} what="Its neighbors could not be read" onRetry={() => void related.load()} />
      )}
      {results === undefined && error === undefined && <Skeleton height="10rem" />}
      {results?.length === 0 && (
        <p class="muted small">Nothing lies near. A memory that was just stored is indexed within seconds.</p>
      )}
      <ul class="related">
        {results?.map(({ memory, score }) => (
          <li key={memory.id}>
            <a href={memoryHref(memory.id)}>{shortened(lineOf(memory.content), LINE_CHARACTERS)}</a>
            <span class="related-side">
              <TierTag tier={memory.tier} />
              <span class="num muted small" title="Similarity, 0 to 1">
                {scoreText(score)}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
