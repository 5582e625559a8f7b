-- The log, the catalog and what stands beside them. A statement ends with a semicolon and an empty line.
-- Every table that holds a tenant's rows has forced row security: roles auren_app and auren_worker own nothing and see one tenant.

create table if not exists log_epoch (
  only_row boolean primary key default true check (only_row),
  epoch text not null
);

insert into log_epoch (epoch) values (replace(gen_random_uuid()::text, '-', '')) on conflict do nothing;

create table tenants (
  tenant_id text primary key,
  created_at timestamptz not null
);

create table events (
  tenant_id text not null,
  stream_id text not null,
  seq integer not null check (seq > 0),
  position bigint generated always as identity,
  txid xid8 not null default pg_current_xact_id(),
  id text not null,
  type text not null,
  schema_version smallint not null,
  at timestamptz not null,
  actor text not null,
  request_id text not null,
  agent_id text,
  user_id text,
  space_id text,
  visibility text,
  memory_type text,
  tier text,
  version integer,
  priority double precision,
  confidence double precision,
  data jsonb not null,
  payload jsonb,
  salt text,
  payload_hash text not null,
  prev_hash text not null,
  hash text not null,
  primary key (tenant_id, stream_id, seq)
);

-- The order in which consumers read: see log/order.ts for why not by position alone.
create index events_in_order on events (tenant_id, txid, position);

-- What moved in the last day, for stats.
create index events_flow on events (tenant_id, at) where type in ('memory.tier_changed', 'memory.expired');

create table spaces (
  tenant_id text not null,
  id text not null,
  name text not null,
  created_at timestamptz not null,
  seq integer not null,
  head_hash text not null,
  primary key (tenant_id, id)
);

create table space_members (
  tenant_id text not null,
  space_id text not null,
  agent_id text not null,
  role text not null check (role in ('reader', 'writer')),
  primary key (tenant_id, space_id, agent_id),
  foreign key (tenant_id, space_id) references spaces (tenant_id, id) on delete cascade
);

create index space_members_of_agent on space_members (tenant_id, agent_id);

create table memories (
  tenant_id text not null,
  id text not null,
  agent_id text not null,
  user_id text,
  space_id text,
  visibility text not null check (visibility in ('agent', 'user', 'space')),
  key text,
  type text not null,
  priority double precision not null,
  confidence double precision not null,
  metadata jsonb not null,
  source text not null,
  tier text not null check (tier in ('hot', 'warm', 'cold')),
  tier_since timestamptz not null,
  hold text,
  retained_by text,
  pinned boolean not null,
  dual_stored boolean not null,
  version integer not null,
  seq integer not null,
  content_seq integer not null,
  head_hash text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  expires_at timestamptz,
  partition text not null,
  tsv tsvector not null,
  doc_len integer not null,
  content jsonb,
  primary key (tenant_id, id),
  constraint memories_space foreign key (tenant_id, space_id) references spaces (tenant_id, id)
);

create unique index memories_key on memories (tenant_id, agent_id, coalesce(user_id, ''), coalesce(space_id, ''), key) where key is not null;

create index memories_created on memories (tenant_id, created_at, id);

create index memories_of_agent on memories (tenant_id, agent_id);

create index memories_of_partition on memories (tenant_id, partition);

create index memories_hot on memories (tenant_id, id) where tier = 'hot';

create table memory_usage (
  tenant_id text not null,
  id text not null,
  access_count integer not null,
  last_accessed_at timestamptz not null,
  primary key (tenant_id, id)
);

create table idempotency (
  tenant_id text not null,
  key text not null,
  fingerprint text not null,
  reply jsonb not null,
  created_at timestamptz not null,
  primary key (tenant_id, key)
);

create table agent_policies (
  tenant_id text not null,
  agent_id text not null,
  policy jsonb not null,
  primary key (tenant_id, agent_id)
);

create table api_keys (
  tenant_id text not null,
  id text not null,
  hash text not null unique,
  scopes text[] not null,
  agent_id text,
  name text,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  seq integer not null,
  head_hash text not null,
  primary key (tenant_id, id)
);

create table subject_keys (
  tenant_id text not null,
  subject text not null,
  wrapped text not null,
  created_at timestamptz not null,
  primary key (tenant_id, subject)
);

create table consumers (
  consumer text not null,
  tenant_id text not null,
  cursor text,
  owner text,
  lease_until timestamptz,
  wake boolean not null default false,
  primary key (tenant_id, consumer)
);

create table consumer_failures (
  tenant_id text not null,
  consumer text not null,
  event_id text not null,
  tries integer not null,
  error text not null,
  primary key (tenant_id, consumer, event_id)
);

-- Who may do what. The worker is the app, plus the list of tenants.
do $$
declare
  r text;
begin
  foreach r in array array['auren_app', 'auren_worker'] loop
    begin
      execute format('create role %I nologin', r);
    exception when duplicate_object then null; -- roles belong to the cluster: another database made it
    end;
    execute format('alter role %I nosuperuser nobypassrls nocreatedb nocreaterole', r);
  end loop;
  begin
    create role auren_definer nologin bypassrls;
  exception when duplicate_object then null;
  end;
  foreach r in array array['auren_app', 'auren_worker', 'auren_definer'] loop
    execute format('grant %I to current_user', r);
    execute format('grant usage on schema auren to %I', r);
  end loop;
  grant create on schema auren to auren_definer; -- owns the functions that read past row security
end
$$;

do $$
declare
  t text;
begin
  foreach t in array array['tenants', 'events', 'spaces', 'space_members', 'memories', 'memory_usage', 'idempotency', 'agent_policies',
                           'api_keys', 'subject_keys', 'consumers', 'consumer_failures'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy one_tenant on %I using (tenant_id = current_setting(''auren.tenant'', true))
                    with check (tenant_id = current_setting(''auren.tenant'', true))', t);
    execute format('grant select, insert, update, delete on %I to auren_app, auren_worker', t);
  end loop;
end
$$;

create policy every_tenant on tenants for select to auren_worker using (true);

grant select on log_epoch to auren_app, auren_worker;

grant select on all tables in schema auren to auren_definer;

-- Resolves a key before its tenant is known: the one read that crosses tenants, by a 256-bit hash.
create function resolve_api_key(key_hash text)
returns table (tenant_id text, id text, scopes text[], agent_id text, expires_at timestamptz, revoked_at timestamptz, space_roles jsonb)
language sql stable security definer set search_path = auren, pg_temp
as $$
  select k.tenant_id, k.id, k.scopes, k.agent_id, k.expires_at, k.revoked_at,
         coalesce((select jsonb_object_agg(s.space_id, s.role) from space_members s
                   where s.tenant_id = k.tenant_id and s.agent_id = k.agent_id), '{}')
  from api_keys k where k.hash = key_hash
$$;

alter function resolve_api_key(text) owner to auren_definer;

revoke execute on function resolve_api_key(text) from public;

grant execute on function resolve_api_key(text) to auren_app;
