/** What a policy would do: how many stay, which would go, and which searches would find something else. */
import type { OnFail, RetentionAnswer } from '../../api/agents.ts';
import type { Memory } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { count, plural, shortId } from '../../components/format.ts';
import { TierTag } from '../../components/tier.tsx';
import { memoryHref } from '../../state/route.ts';

export interface Simulated {
  answer: RetentionAnswer;
  /** Those whose content is known without reading them. */
  known: ReadonlyMap<string, Memory>;
}

const SHOWN = 8;
const VERB: Record<OnFail, string> = { demote: 'be demoted', archive: 'be archived', forget: 'be forgotten' };

/** The first text in a memory's content. */
function gist({ content }: Memory): string {
  const text = Object.values(content).find((value) => typeof value === 'string');
  return typeof text === 'string' ? text : JSON.stringify(content);
}

const queryText = (query: unknown): string =>
  typeof query === 'object' && query !== null && 'query' in query ? String(query.query) : JSON.stringify(query);

export function Simulation({
  simulated,
  onFail,
  onApply,
}: {
  simulated: Simulated;
  onFail: OnFail;
  onApply: () => void;
}) {
  const { retained_count: retained = 0, released_count: released = 0, released_ids: ids = [] } = simulated.answer;
  const changed = simulated.answer.recalls_changed ?? [];
  return (
    <div class="simulation" role="status">
      <p class="outcome num">
        <span>
          <b>{count(retained)}</b> would stay
        </span>
        <span>
          <b>{count(released)}</b> would {VERB[onFail]}
        </span>
      </p>
      <span class="share-bar" aria-hidden="true">
        <span style={{ flexGrow: retained, background: 'var(--ok)' }} />
        <span style={{ flexGrow: released, background: 'var(--bad)' }} />
      </span>
      {ids.length > 0 && (
        <ul class="would-go">
          {ids.slice(0, SHOWN).map((id) => (
            <Gone key={id} id={id} memory={simulated.known.get(id)} />
          ))}
          {released > SHOWN && <li class="muted small">and {count(released - SHOWN)} more</li>}
        </ul>
      )}
      <h3>
        {changed.length === 0
          ? 'No search would find anything else'
          : `${plural(changed.length, 'search', 'searches')} would change`}
      </h3>
      {changed.length > 0 && (
        <ul class="recalls">
          {changed.map(({ query, before, after }) => (
            <Recall key={queryText(query)} query={queryText(query)} before={before} after={after} />
          ))}
        </ul>
      )}
      <div>
        <Button kind={onFail === 'forget' ? 'danger' : 'plain'} onClick={onApply}>
          Set this policy
        </Button>
      </div>
    </div>
  );
}

function Gone({ id, memory }: { id: string; memory: Memory | undefined }) {
  return (
    <li>
      <a href={memoryHref(id)}>{memory ? gist(memory) : `Memory ${shortId(id)}`}</a>
      {memory && <TierTag tier={memory.tier} />}
    </li>
  );
}

function Recall({ query, before, after }: { query: string; before: readonly string[]; after: readonly string[] }) {
  const lost = before.filter((id) => !after.includes(id));
  const won = after.filter((id) => !before.includes(id));
  const words = [
    lost.length > 0 && `${lost.length} no longer found`,
    won.length > 0 && `${won.length} found instead`,
    lost.length + won.length === 0 && 'in another order',
  ].filter(Boolean);
  return (
    <li>
      <strong>“{query}”</strong> <span class="muted">{words.join(', ')}</span>
    </li>
  );
}
