/** The question and what narrows it. Everything is kept in the address, so a search can be shared and come back to. */
import { useId } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { type Agent, MEMORY_TYPES, TIERS } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { Chips, Field, SelectField, TextField } from '../../components/field.tsx';
import { Icon } from '../../components/icon.tsx';
import { TierTag } from '../../components/tier.tsx';
import { useResource } from '../../state/resource.ts';
import { ask, countFilters, type Filters, type Mode, NO_FILTERS, type Order } from './filters.ts';
import { useDraft } from './use-draft.ts';

const MODES: readonly (readonly [Mode, string])[] = [
  ['hybrid', 'Words and meaning'],
  ['lexical', 'Words alone'],
  ['semantic', 'Meaning alone'],
];
const ORDERS: readonly (readonly [Order, string])[] = [
  ['-created_at', 'Newest first'],
  ['created_at', 'Oldest first'],
  ['-updated_at', 'Changed last'],
  ['-priority', 'Highest priority'],
  ['priority', 'Lowest priority'],
];
/** What a search without a query orders by. */
const BY_PRIORITY: typeof ORDERS = [['-priority', 'Highest priority']];
/** Below it the filters start folded. */
const WIDE = '(min-width: 861px)';

interface Props {
  filters: Filters;
  onChange: (changed: Partial<Filters>) => void;
}

export function FilterBar({ filters, onChange }: Props) {
  const [query, setQuery] = useDraft(filters.query, (text) => onChange({ query: text }));
  const narrowed = countFilters(filters);
  const isListed = ask(filters).as === 'list';
  const submit = (event: Event) => {
    event.preventDefault();
    onChange({ query });
  };
  return (
    <search>
      <form class="card find" onSubmit={submit}>
        <label class="find-query">
          <span class="sr-only">Search memories</span>
          <Icon name="search" />
          <input
            type="search"
            value={query}
            placeholder="What would an agent ask?"
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        </label>
        <details class="find-more" open={window.matchMedia(WIDE).matches}>
          <summary>
            <Icon name="right" />
            Filters
            {narrowed > 0 && <span class="tag num">{narrowed}</span>}
          </summary>
          {narrowed > 0 && (
            <span class="find-clear">
              <Button small kind="quiet" onClick={() => onChange({ ...NO_FILTERS, query, mode: filters.mode })}>
                Clear
              </Button>
            </span>
          )}
          <div class="find-chips">
            <Chips
              label="Tiers"
              options={TIERS}
              chosen={filters.tiers}
              onChange={(tiers) => onChange({ tiers })}
              show={(tier) => <TierTag tier={tier} />}
            />
            <Chips
              label="Types"
              options={MEMORY_TYPES}
              chosen={filters.types}
              onChange={(types) => onChange({ types })}
            />
          </div>
          <div class="find-fields">
            <Names filters={filters} onChange={onChange} />
            <Minimums filters={filters} onChange={onChange} />
            {filters.query.trim() === '' ? (
              <SelectField
                label="Order"
                value={isListed ? filters.order : '-priority'}
                options={isListed ? ORDERS : BY_PRIORITY}
                onChange={(order) => onChange({ order })}
              />
            ) : (
              <SelectField
                label="Find by"
                value={filters.mode}
                options={MODES}
                onChange={(mode) => onChange({ mode })}
              />
            )}
          </div>
        </details>
      </form>
    </search>
  );
}

function Names({ filters, onChange }: Props) {
  const agents = useResource((signal) => call<{ agents: Agent[] }>('GET', '/v1/agents', { signal }), []);
  const [agent, setAgent] = useDraft(filters.agent, (text) => onChange({ agent: text }));
  const [user, setUser] = useDraft(filters.user, (text) => onChange({ user: text }));
  const list = useId();
  return (
    <>
      <Field
        label="Agent"
        hint={agents.error.value === undefined ? undefined : 'The agents could not be listed; type the name.'}
      >
        <input
          class="input"
          list={list}
          value={agent}
          placeholder="Any agent"
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setAgent(event.currentTarget.value)}
        />
      </Field>
      <datalist id={list}>
        {agents.data.value?.agents.map(({ id }) => (
          <option key={id} value={id} />
        ))}
      </datalist>
      <TextField label="User" value={user} onInput={setUser} placeholder="Any user" autoComplete="off" />
    </>
  );
}

function Minimums({ filters, onChange }: Props) {
  const { minConfidence, minPriority } = filters;
  return (
    <>
      <Slider
        label="Confidence"
        value={minConfidence}
        max={1}
        step={0.05}
        onChange={(value) => onChange({ minConfidence: value })}
      />
      <Slider
        label="Priority"
        value={minPriority}
        max={10}
        step={0.5}
        onChange={(value) => onChange({ minPriority: value })}
      />
    </>
  );
}

interface SliderProps {
  label: string;
  value: number;
  max: number;
  step: number;
  onChange: (value: number) => void;
}

function Slider({ label, value, max, step, onChange }: SliderProps) {
  const words = value === 0 ? 'any' : `${value} or more`;
  const [draft, setDraft] = useDraft(String(value), (text) => onChange(Number(text)));
  const told = Number(draft) === value ? words : `${draft} or more`;
  return (
    <Field label={`${label}: ${told}`}>
      <input
        type="range"
        class="range"
        min={0}
        max={max}
        step={step}
        value={draft}
        aria-valuetext={told}
        onInput={(event) => setDraft(event.currentTarget.value)}
      />
    </Field>
  );
}
