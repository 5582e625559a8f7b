-- What a standing policy retains, by agent (the sweep takes off the marks of policies that no longer stand), and what is pinned.

create index memories_retained on memories (tenant_id, agent_id, id) where retained_by is not null;

create index memories_pinned on memories (tenant_id) where pinned;
