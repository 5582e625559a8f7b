-- The sweep: uses counted once, and what is due by age, use or expiry found without reading the rest.

-- The last three uses, newest first: whoever was used three times in a week is much used.
alter table memory_usage add column recent_uses timestamptz[] not null default '{}';

create index memory_usage_much_used on memory_usage (tenant_id, (recent_uses[3])) where recent_uses[3] is not null;

-- The last flush of uses of each tenant. Redis keeps the id of the one that it settled: by the two, none is counted twice or lost.
create table usage_flushes (
  tenant_id text primary key,
  id text not null,
  previous text not null,
  counts jsonb not null
);

alter table usage_flushes enable row level security;

alter table usage_flushes force row level security;

create policy one_tenant on usage_flushes using (tenant_id = current_setting('auren.tenant', true))
  with check (tenant_id = current_setting('auren.tenant', true));

grant select, insert, update, delete on usage_flushes to auren_app, auren_worker;

create index memories_expiring on memories (tenant_id, expires_at) where expires_at is not null;

create index memories_aging on memories (tenant_id, tier, created_at) where tier <> 'cold' and not pinned;
