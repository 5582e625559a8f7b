/** What one event changed: texts as a diff, values as "from, to". */
import type { ComponentChildren } from 'preact';
import type { HistoryEvent } from '../../api/memories.ts';
import { dateTime } from '../../components/format.ts';
import { changedFields, type FieldTexts, isRecord } from './content.ts';
import { wordDiff } from './diff.ts';

type FieldChange = NonNullable<HistoryEvent['changes']>[string];

/** The title of the entry says these already. */
const SAID_BY_THE_TITLE = new Set(['tier', 'pinned', 'retained_by']);

export function Changes({ changes }: { changes: NonNullable<HistoryEvent['changes']> }) {
  const told = Object.entries(changes).filter(([field]) => !SAID_BY_THE_TITLE.has(field));
  return (
    <>
      {told.map(([field, change]) =>
        field === 'content' ? (
          <Diff key={field} {...change} />
        ) : field === 'metadata' ? (
          <Metadata key={field} {...change} />
        ) : (
          <FromTo key={field} name={field} {...change} />
        ),
      )}
    </>
  );
}

function Diff({ from, to }: FieldChange) {
  return (
    <>
      {changedFields(from, to).map((texts) => (
        <section key={texts.field} class="diff" aria-label={`${texts.field}, before and after`}>
          <span class="diff-field mono muted">{texts.field}</span>
          <DiffText {...texts} />
        </section>
      ))}
    </>
  );
}

const STRUCTURED = /^[[{]\s/;

function DiffText({ from, to }: FieldTexts) {
  return (
    <p class={STRUCTURED.test(to || from) ? 'diff-text mono' : 'diff-text'}>
      {wordDiff(from, to).map(({ kind, text }, n) =>
        kind === 'same' ? (
          text
        ) : kind === 'added' ? (
          <ins key={n}>
            <span class="sr-only"> added: </span>
            {text}
          </ins>
        ) : (
          <del key={n}>
            <span class="sr-only"> removed: </span>
            {text}
          </del>
        ),
      )}
    </p>
  );
}

function Metadata({ from, to }: FieldChange) {
  const [before, after] = [from, to].map((value) => (isRecord(value) ? value : {}));
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return (
    <>
      {names
        .filter((name) => before?.[name] !== after?.[name])
        .map((name) => (
          <FromTo key={name} name={`metadata.${name}`} from={before?.[name]} to={after?.[name]} />
        ))}
    </>
  );
}

function FromTo({ name, from, to }: FieldChange & { name: string }) {
  return (
    <p class="from-to small">
      <span class="mono muted">{name}</span>
      <Value value={from} as="from" />
      <span aria-hidden="true">→</span>
      <span class="sr-only">to</span>
      <Value value={to} as="to" />
    </p>
  );
}

function Value({ value, as }: { value: unknown; as: 'from' | 'to' }) {
  return <span class={`value num ${as}`}>{written(value)}</span>;
}

const ISO = /^\d{4}-\d{2}-\d{2}T/;

function written(value: unknown): ComponentChildren {
  if (value === undefined || value === null) return 'none';
  if (typeof value === 'number') return Math.round(value * 1_000) / 1_000;
  if (typeof value === 'string') return ISO.test(value) ? dateTime(value) : value;
  return JSON.stringify(value);
}
