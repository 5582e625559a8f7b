/** All that is known of a memory beside its content. */
import type { ComponentChildren } from 'preact';
import type { Memory } from '../../api/types.ts';
import { ago, dateTime, plural } from '../../components/format.ts';
import { Skeleton } from '../../components/states.tsx';
import { serviceNow } from '../../state/now.ts';
import { href } from '../../state/route.ts';

export function Facts({ memory }: { memory: Memory | undefined }) {
  return (
    <section class="card" aria-label="Facts">
      <header>
        <h2>Facts</h2>
        {memory && <span class="note num">version {memory.version}</span>}
      </header>
      {memory ? <List memory={memory} /> : <Skeleton height="16rem" />}
    </section>
  );
}

function List({ memory }: { memory: Memory }) {
  const { priority, confidence, access_count: uses, metadata } = memory;
  return (
    <dl class="facts">
      <Fact name="Priority">
        <Meter label="Priority" value={priority} max={10} />
      </Fact>
      <Fact name="Confidence">
        <Meter label="Confidence" value={confidence} max={1} />
      </Fact>
      <Fact name="Uses">
        {uses === 0 ? 'never used' : plural(uses, 'use')}
        {memory.last_accessed_at !== null && `, last ${ago(memory.last_accessed_at, serviceNow())}`}
      </Fact>
      <Fact name="Agent">
        <a href={href('memories', [], { agent: memory.agent_id })}>{memory.agent_id}</a>
      </Fact>
      <Fact name="User">
        {memory.user_id === null ? (
          'none'
        ) : (
          <a href={href('memories', [], { user: memory.user_id })}>{memory.user_id}</a>
        )}
      </Fact>
      {memory.space_id !== null && <Fact name="Space">{memory.space_id}</Fact>}
      <Fact name="Visible to">{VISIBLE_TO[memory.visibility]}</Fact>
      <Fact name="Copies">{memory.dual_stored ? `${memory.tier}, and warm beside it` : `${memory.tier} alone`}</Fact>
      <Fact name="Created">
        <Instant iso={memory.created_at} />
      </Fact>
      <Fact name="Changed">
        <Instant iso={memory.updated_at} />
      </Fact>
      <Fact name="Expires">{memory.expires_at === null ? 'never' : <Instant iso={memory.expires_at} />}</Fact>
      <Fact name="Source">{memory.source}</Fact>
      {memory.key !== null && <Fact name="Key">{memory.key}</Fact>}
      {Object.entries(metadata).map(([name, value]) => (
        <Fact key={name} name={name} isMono>
          {String(value)}
        </Fact>
      ))}
      <Fact name="Id" isMono>
        {memory.id}
      </Fact>
    </dl>
  );
}

const VISIBLE_TO: Record<Memory['visibility'], string> = {
  agent: 'its agent only',
  user: 'every agent of the tenant',
  space: 'the members of its space',
};

function Fact({ name, isMono, children }: { name: string; isMono?: boolean; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={isMono ? 'mono' : undefined}>{children}</dd>
    </div>
  );
}

function Meter({ label, value, max }: { label: string; value: number; max: number }) {
  return (
    <span class="meter">
      <span class="num">{Math.round(value * 100) / 100}</span>
      <span class="share-bar" role="img" aria-label={`${label} ${value} of ${max}`}>
        <span style={{ flexGrow: value, background: 'var(--ink-2)' }} />
        <span style={{ flexGrow: max - value, background: 'none' }} />
      </span>
    </span>
  );
}

function Instant({ iso }: { iso: string }) {
  return (
    <time dateTime={iso} title={iso}>
      {dateTime(iso)}
    </time>
  );
}
