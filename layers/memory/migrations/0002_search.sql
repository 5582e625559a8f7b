-- Search: BM25 in one statement, behind a definer function. Under row security the GIN index is never used, because `@@` and `@>` are
-- not leakproof (40 ms instead of 0.2 ms). So the function reads past it, and takes the tenant from the transaction's own setting,
-- the one that row security goes by: no argument can name another tenant.

create extension if not exists btree_gin;

-- The tenant in the index keeps the words of the other tenants out of every scan. Its list of pending entries, 4 MB by default, is read
-- whole by each search and talks the planner out of the index after a bulk load: 64 kB cost no measurable write speed.
create index memories_words on memories using gin (tenant_id, tsv) with (gin_pending_list_limit = 64);

-- Carries what N and the mean length are counted from, so that counting reads no row.
create index memories_of_user on memories (tenant_id, user_id) include (doc_len, agent_id, visibility, space_id);

create index memories_of_space on memories (tenant_id, space_id) where space_id is not null;

create index memories_by_priority on memories (tenant_id, priority desc, created_at desc, id desc);

-- A query's words as an OR query. Lexemes are quoted for tsquery's own syntax: the query text itself is never parsed as one.
create function any_of_words(lexemes text[]) returns tsquery
language sql immutable
as $$
  select string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''', ' | ')::tsquery
  from unnest(lexemes) as w (lexeme)
$$;

/*
 BM25 (Robertson and Zaragoza 2009) with k1 = 1.2 and b = 0.35 over what the reader may see: df counted over the matched rows,
 which are all that hold any of the words, N and the mean length over the searched scope. A blank query lists by priority, then
 recency, with score 0; a query of stop words alone finds nothing. The text of the statement depends on which filters are
 given, never on their values: so every plan is made for the filters at hand.
*/
create function search_memories(asked text, reader text, reader_spaces text[], of_user text, in_spaces text[], of_agent text,
  of_types text[], in_tiers text[], with_metadata jsonb, confidence_min double precision, priority_min double precision,
  after timestamptz, before timestamptz, as_of_now timestamptz, best integer)
returns table (id text, bm25 double precision)
language plpgsql stable security definer rows 50 set search_path = auren, pg_temp set jit = off
as $$
declare
  tenant constant text := current_setting('auren.tenant', true);
  words_max constant integer := 64;
  lexemes constant text[] := array(
    select w.lexeme from unnest(to_tsvector('english', asked)) as w order by w.positions[1], w.lexeme limit words_max);
  scope text := 'm.tenant_id = $1';
  filters text := '(m.expires_at is null or m.expires_at > $2)';
  statement text;
begin
  if reader is not null then
    scope := scope || ' and (m.agent_id = $3 or m.visibility = ''user'' or (m.visibility = ''space'' and m.space_id = any($4)))';
  end if;
  if of_user is not null and cardinality(in_spaces) > 0 then
    scope := scope || ' and (m.user_id = $5 or m.space_id = any($6))';
  elsif of_user is not null then
    scope := scope || ' and m.user_id = $5';
  elsif cardinality(in_spaces) > 0 then
    scope := scope || ' and m.space_id = any($6)';
  end if;
  if of_agent is not null then filters := filters || ' and m.agent_id = $7'; end if;
  if cardinality(of_types) > 0 then filters := filters || ' and m.type = any($8)'; end if;
  if cardinality(in_tiers) > 0 then filters := filters || ' and m.tier = any($9)'; end if;
  if with_metadata <> '{}' then filters := filters || ' and m.metadata @> $10'; end if;
  if confidence_min > 0 then filters := filters || ' and m.confidence >= $11'; end if;
  if priority_min > 0 then filters := filters || ' and m.priority >= $12'; end if;
  if after is not null then filters := filters || ' and m.created_at > $13'; end if;
  if before is not null then filters := filters || ' and m.created_at < $14'; end if;
  if btrim(asked) = '' then
    statement := format('select m.id, 0::double precision from memories m where %s and %s
      order by m.priority desc, m.created_at desc, m.id desc limit $15', scope, filters);
  elsif cardinality(lexemes) = 0 then
    return;
  else
    statement := format('
      with corpus as (
        select count(*)::double precision as n, greatest(avg(m.doc_len), 1)::double precision as mean_len from memories m where %1$s
      ), matched as materialized (
        -- Only the words asked for are left: marked with weight A, which no text has, and filtered by it.
        select m.id, m.doc_len, m.created_at, ts_filter(setweight(m.tsv, ''A'', $17), ''{a}'') as words
        from memories m where %1$s and %2$s and m.tsv @@ $16
      ), term as (
        select d.id, d.doc_len, d.created_at, w.lexeme, coalesce(cardinality(w.positions), 1) as tf,
               count(*) over (partition by w.lexeme) as df
        from matched d, unnest(d.words) as w
      )
      select t.id, sum(ln(1 + (c.n - t.df + 0.5) / (t.df + 0.5))
                       * t.tf * 2.2 / (t.tf + 1.2 * (0.65 + 0.35 * t.doc_len / c.mean_len))) as score
      from term t, corpus c group by t.id, t.created_at
      order by score desc, t.created_at desc, t.id desc limit $15', scope, filters);
  end if;
  return query execute statement
    using tenant, as_of_now, reader, reader_spaces, of_user, in_spaces, of_agent, of_types, in_tiers, with_metadata,
          confidence_min, priority_min, after, before, best, any_of_words(lexemes), lexemes;
end
$$;

alter function any_of_words(text[]) owner to auren_definer;

alter function search_memories(text, text, text[], text, text[], text, text[], text[], jsonb, double precision, double precision,
  timestamptz, timestamptz, timestamptz, integer) owner to auren_definer;

revoke execute on function search_memories(text, text, text[], text, text[], text, text[], text[], jsonb, double precision,
  double precision, timestamptz, timestamptz, timestamptz, integer) from public;

grant execute on function search_memories(text, text, text[], text, text[], text, text[], text[], jsonb, double precision,
  double precision, timestamptz, timestamptz, timestamptz, integer) to auren_app, auren_worker;
