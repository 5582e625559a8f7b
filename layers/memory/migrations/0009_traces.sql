-- What an erasure looks for beside the memories of its person.

create index events_of_erasure on events (tenant_id, (data ->> 'erasure_id'), stream_id) where type = 'memory.erased';

create index query_log_of_user on query_log (tenant_id, user_id, id) where user_id is not null;

create index memories_insights on memories (tenant_id, id) where type = 'insight';
