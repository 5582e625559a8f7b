/** The patterns, the largest first. Choosing one lights it on the map and names its memories. */
import type { ComponentChildren } from 'preact';
import type { Pattern } from '../../api/patterns.ts';
import { ago, count, percent } from '../../components/format.ts';
import { serviceNow } from '../../state/now.ts';
import { Members } from './members.tsx';
import { NO_PATTERN } from './palette.ts';

export interface Choice {
  chosen: string | null | undefined;
  choose: (id: string | null | undefined) => void;
  /** The memory whose link is under the pointer or has the focus. */
  pointAt: (id: string | undefined) => void;
}

interface Props extends Choice {
  patterns: readonly Pattern[];
  palette: ReadonlyMap<string, string>;
  /** Memories on the map that belong to no pattern. */
  loose: readonly string[];
  /** Patterns of which the map shows something. */
  drawn: ReadonlySet<string | null>;
}

export function PatternList({ patterns, palette, loose, drawn, ...choice }: Props) {
  const bySize = patterns.toSorted((a, b) => b.size - a.size);
  return (
    <ul class="pattern-list">
      {bySize.map((pattern) => (
        <Entry
          key={pattern.id}
          color={palette.get(pattern.id) ?? NO_PATTERN}
          id={pattern.id}
          label={pattern.label}
          size={pattern.size}
          {...choice}
        >
          {!drawn.has(pattern.id) && (
            <p class="small muted">The map shows the newest memories; none of these is among them.</p>
          )}
          <About pattern={pattern} />
          <Members members={pattern.memories} size={pattern.size} pointAt={choice.pointAt} />
        </Entry>
      ))}
      {loose.length > 0 && (
        <Entry color={NO_PATTERN} id={null} label="No pattern" size={loose.length} {...choice}>
          <p class="small muted">Like nothing else, or like too few.</p>
          <Members members={loose.map((id) => ({ id }))} size={loose.length} pointAt={choice.pointAt} />
        </Entry>
      )}
    </ul>
  );
}

interface EntryProps extends Choice {
  color: string;
  id: string | null;
  label: string;
  size: number;
  children: ComponentChildren;
}

function Entry({ color, id, label, size, chosen, choose, children }: EntryProps) {
  const isChosen = chosen === id;
  return (
    <li class={`pattern${isChosen ? ' chosen' : ''}`}>
      <button type="button" aria-expanded={isChosen} onClick={() => choose(isChosen ? undefined : id)}>
        <span class="swatch" style={{ background: color }} aria-hidden="true" />
        <span class="pattern-label">{label}</span>
        <span class="num muted">
          {count(size)}
          <span class="sr-only"> memories</span>
        </span>
      </button>
      {isChosen && <div class="pattern-more">{children}</div>}
    </li>
  );
}

function About({ pattern }: { pattern: Pattern }) {
  const {
    cohesion,
    dominant_type: type,
    agents,
    users,
    cross_domain: crosses,
    terms,
    average_confidence: sure,
  } = pattern;
  return (
    <>
      <p class="tags">
        {crosses && (
          <span class="tag warn" title="Its memories are of several agents or types">
            cross-domain
          </span>
        )}
        {terms.map((term) => (
          <span key={term} class="tag">
            {term}
          </span>
        ))}
      </p>
      <dl class="pattern-facts">
        <div>
          <dt>Cohesion</dt>
          <dd class="num">{percent(cohesion)}</dd>
        </div>
        <div>
          <dt>Mostly</dt>
          <dd>{type}</dd>
        </div>
        <div>
          <dt>Confidence</dt>
          <dd class="num">{sure.toFixed(2)}</dd>
        </div>
        <div>
          <dt>{agents.length === 1 ? 'Agent' : 'Agents'}</dt>
          <dd>{agents.join(', ')}</dd>
        </div>
        <div>
          <dt>{users.length === 1 ? 'User' : 'Users'}</dt>
          <dd>{users.length === 0 ? 'none' : users.join(', ')}</dd>
        </div>
        <div>
          <dt>Found</dt>
          <dd>{ago(pattern.discovered_at, serviceNow())}</dd>
        </div>
      </dl>
    </>
  );
}
