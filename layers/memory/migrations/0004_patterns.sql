-- Patterns that discovery found, by scope (whose eyes, which user, which agent). `members` are [{id, similarity, agent_id, visibility,
-- space_id}] as of discovery; what the list shows of them is told from `memories` as they are.
create table patterns (
  tenant_id text not null,
  id text not null,
  reader text,
  user_id text,
  agent_id text,
  label text not null,
  terms text[] not null,
  members jsonb not null,
  min_size integer not null,
  discovered_at timestamptz not null,
  seq integer not null,
  head_hash text not null,
  primary key (tenant_id, id)
);

alter table patterns enable row level security;

alter table patterns force row level security;

create policy one_tenant on patterns using (tenant_id = current_setting('auren.tenant', true))
  with check (tenant_id = current_setting('auren.tenant', true));

grant select, insert, update, delete on patterns to auren_app, auren_worker;
