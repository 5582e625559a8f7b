-- A person's data: found by who it is about, and the record of its erasure.

-- The first event of every memory about a person, of those that have ended too: one entry a memory, whatever happens to it later.
create index events_of_user on events (tenant_id, user_id, stream_id) where seq = 1 and user_id is not null;

create table erasures (
  tenant_id text not null,
  id text not null,
  user_id text not null,
  requested_at timestamptz not null,
  -- Copies of the person's memories up to this id are gone from Redis and Chroma, and their chains were verified.
  cleared text,
  chain_verified boolean not null default true,
  -- How much was removed beside the memories, by what it was.
  removed jsonb not null default '{}',
  -- Memories there had ever been about the person when it was completed: where there are more, something came afterwards.
  streams integer,
  -- As json, which keeps the order that it was written in.
  certificate json,
  completed_at timestamptz,
  primary key (tenant_id, id)
);

create unique index erasures_open on erasures (tenant_id, user_id) where certificate is null;

create index erasures_of_user on erasures (tenant_id, user_id, completed_at);

alter table erasures enable row level security;

alter table erasures force row level security;

create policy one_tenant on erasures using (tenant_id = current_setting('auren.tenant', true))
  with check (tenant_id = current_setting('auren.tenant', true));

grant select, insert, update, delete on erasures to auren_app, auren_worker;
