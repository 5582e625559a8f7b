-- What is recalled when, and what together; what was warmed for it and whether that was right; and the log of queries where it is on.

-- Uses by user ('' for none), owning agent, type and hour of the day (UTC), counted in the statement that counts the uses.
create table access_patterns (
  tenant_id text not null,
  user_id text not null default '',
  agent_id text not null,
  type text not null,
  hour smallint not null check (hour between 0 and 23),
  count bigint not null,
  primary key (tenant_id, user_id, agent_id, type, hour)
);

create index access_patterns_by_hour on access_patterns (tenant_id, hour);

-- What a flush counted by hour goes with it, to be taken off in Redis: id -> hour -> count.
alter table usage_flushes add column hours jsonb not null default '{}';

-- How often two memories were recalled together, once in each direction; the sweep keeps the best partners of each. Gone with either.
create table co_access (
  tenant_id text not null,
  id text not null,
  other_id text not null,
  count integer not null,
  last_at timestamptz not null,
  primary key (tenant_id, id, other_id),
  foreign key (tenant_id, id) references memories (tenant_id, id) on delete cascade,
  foreign key (tenant_id, other_id) references memories (tenant_id, id) on delete cascade
);

create index co_access_of_other on co_access (tenant_id, other_id);

create index co_access_by_age on co_access (tenant_id, last_at);

-- What was warmed in advance, written by the commit that moved it; a use within seven days is a hit.
create table predictions (
  tenant_id text not null,
  id text not null,
  at timestamptz not null,
  hit_at timestamptz,
  primary key (tenant_id, id, at),
  foreign key (tenant_id, id) references memories (tenant_id, id) on delete cascade
);

create index predictions_by_age on predictions (tenant_id, at);

create table query_log (
  tenant_id text not null,
  id text not null,
  agent_id text not null,
  user_id text,
  at timestamptz not null,
  query jsonb not null,
  primary key (tenant_id, id)
);

create index query_log_of_agent on query_log (tenant_id, agent_id, at desc);

create index query_log_by_age on query_log (tenant_id, at);

do $$
declare
  t text;
begin
  foreach t in array array['access_patterns', 'co_access', 'predictions', 'query_log'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy one_tenant on %I using (tenant_id = current_setting(''auren.tenant'', true))
                    with check (tenant_id = current_setting(''auren.tenant'', true))', t);
    execute format('grant select, insert, update, delete on %I to auren_app, auren_worker', t);
  end loop;
end
$$;
