/** Tenants never see each other: by no operation, in no answer, and not even by SQL of the role that serves them. */
import type { ControlAction } from '@auren/memory/memory.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { aSearch } from '../../support/a-search.ts';
import { daysAfter, NOON } from '../../support/clock.ts';
import { codeOf, type Domain, domain } from '../../support/domain.ts';
import { sharedEngines } from '../../support/engines.ts';

const CANARY = 'canary5f0e1c77';
const AGENT = 'neuroscientist';
const ROW_SECURITY = '42501';
const ACTIONS = ['pin', 'unpin', 'archive', 'demote', 'promote', 'forget'] as const;

let first: Domain;
let second: Domain;
let ids: string[];
let cursors: { events: string; list: string; keys: string; keyId: string; spaceId: string };

const fields = {
  agentId: AGENT,
  userId: CANARY,
  key: CANARY,
  content: { text: `the secret is ${CANARY}` },
  metadata: { note: CANARY },
  priority: 9,
};

beforeAll(async () => {
  first = await domain(sharedEngines());
  second = await domain(sharedEngines());
  const stored = [
    await first.store(fields),
    await first.store({ ...fields, key: `${CANARY}-2`, createdAt: daysAfter(NOON, -240) }),
    await first.store({ ...fields, key: `${CANARY}-3`, createdAt: daysAfter(NOON, -730) }),
  ];
  ids = stored.map(({ id }) => id);
  await second.store({ agentId: AGENT, content: { text: 'of the second tenant' } });
  const caller = first.caller();
  const criteria = { minPriority: 1 };
  const policy: ControlAction = { action: 'set_retention', criteria, onFail: 'demote', simulate: false, queries: [] };
  await first.memory.control(caller, AGENT, policy, {
    reason: CANARY,
    idempotency: { key: 'shared-key', fingerprint: CANARY },
  });
  const key = await first.memory.createKey(caller, { scopes: ['memories:read'], name: CANARY });
  const members = [{ agentId: AGENT, role: 'writer' as const }];
  const { space } = await first.memory.createSpace(caller, { name: CANARY, members });
  await first.drain();
  await second.drain();
  await first.memory.discover(caller, { minClusterSize: 2, minSimilarity: 0.7, storeInsights: false });
  const events = await first.memory.events(caller, { order: 'asc', limit: 1, filter: {} });
  const list = await first.memory.list(caller, { order: '-created_at', limit: 1 }, 1e6);
  const keys = await first.memory.listKeys(caller, { limit: 1 });
  cursors = {
    events: events.nextCursor ?? '',
    list: list.nextCursor ?? '',
    keys: keys.nextCursor ?? '',
    keyId: key.key.id,
    spaceId: space.id,
  };
});

/** What a call answers or throws, with everything that hangs on the error. */
async function told(call: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await call) ?? '';
  } catch (error) {
    const chain: unknown[] = [];
    for (let at = error; at instanceof Error; at = at.cause) chain.push({ ...at, message: at.message });
    return JSON.stringify(chain);
  }
}

describe('a tenant with the ids, cursors, keys and words of another', () => {
  it('finds the other has what is looked for: the test can fail', async () => {
    const found = await first.memory.search(first.caller(), aSearch(CANARY));

    expect(found.results).toHaveLength(3);
    expect(Object.values(cursors).every((cursor) => cursor !== '')).toBe(true);
    expect(await told(first.memory.retrieve(first.caller(), ids[0] ?? '', {}))).toContain(CANARY);
  });

  it('finds nothing by any operation, and no answer holds a byte of it', async () => {
    const [id = ''] = ids;
    const { memory } = second;
    const caller = second.caller();
    const before = JSON.stringify(await first.memory.getMany(first.caller(), ids, 1e6));
    const control = (action: ControlAction) => memory.control(caller, AGENT, action, {});

    const single = {
      retrieve: memory.retrieve(caller, id, {}),
      retrieveAsOf: memory.retrieve(caller, id, { asOf: first.clock.instant() }),
      update: memory.update(caller, id, { priority: 1 }, {}),
      delete: memory.delete(caller, id, {}),
      history: memory.history(caller, id),
      retention: memory.retention(caller, id),
      related: memory.related(caller, id, { limit: 10, crossUser: true }),
      revokeKey: memory.revokeKey(caller, cursors.keyId),
      setMember: memory.setMember(caller, cursors.spaceId, { agentId: AGENT, role: 'reader' }),
      removeMember: memory.removeMember(caller, cursors.spaceId, AGENT),
      deleteSpace: memory.deleteSpace(caller, cursors.spaceId),
      policy: memory.policy(caller, AGENT),
      clearPolicy: memory.clearPolicy(caller, AGENT),
    };
    const codes = await Promise.all(Object.values(single).map(codeOf));
    const many = await memory.getMany(caller, ids, 1e6);
    const answers = await Promise.all(
      [
        ...Object.values(single),
        Promise.resolve(many),
        memory.listSpaces(caller, { limit: 50 }),
        memory.listSpaces(caller, { limit: 50, cursor: cursors.keys }),
        ...ACTIONS.map((action) => control({ action, memoryIds: ids })),
        control({ action: 'prioritize', memoryIds: ids, boostFactor: 2 }),
        memory.list(caller, { order: '-created_at', limit: 100 }, 1e6),
        memory.list(caller, { order: '-created_at', limit: 100, cursor: cursors.list }, 1e6),
        memory.list(caller, { order: '-created_at', limit: 100, userId: CANARY.slice(0, -1) }, 1e6),
        memory.list(caller, { order: '-created_at', limit: 100, asOf: first.clock.instant() }, 1e6),
        memory.search(caller, aSearch(CANARY)),
        memory.search(caller, aSearch(CANARY, { asOf: first.clock.instant() })),
        memory.search(caller, aSearch(CANARY, { mode: 'semantic' })),
        memory.search(caller, aSearch('secret', { userId: CANARY })),
        memory.search(caller, aSearch('')),
        memory.stats(caller, {}),
        memory.stats(caller, { userId: CANARY }),
        memory.agents(caller, { limit: 100 }),
        memory.discover(caller, { minClusterSize: 2, minSimilarity: 0, storeInsights: true }),
        memory.patterns(caller, { limit: 50 }),
        memory.patterns(caller, { limit: 50, userId: CANARY }),
        memory.map(caller, {}),
        memory.events(caller, { order: 'asc', limit: 100, filter: {} }),
        memory.events(caller, { order: 'asc', limit: 100, filter: {}, after: cursors.events }),
        memory.events(caller, { order: 'desc', limit: 100, filter: { memoryIds: ids }, before: cursors.events }),
        memory.listKeys(caller, { limit: 100 }),
        memory.listKeys(caller, { limit: 100, cursor: cursors.keys }),
        second.store({ content: { text: 'mine' } }, { key: 'shared-key', fingerprint: 'of the second' }),
        control({
          action: 'set_retention',
          criteria: { minPriority: 1 },
          onFail: 'forget',
          simulate: true,
          queries: [aSearch('secret')],
        }),
      ].map(told),
    );

    expect(new Set(codes)).toEqual(new Set(['not_found']));
    expect(many).toEqual({ memories: [], missing: ids, remaining: [] });
    for (const answer of answers) expect(answer).not.toContain(CANARY);
    expect(JSON.stringify(await first.memory.getMany(first.caller(), ids, 1e6)).length).toBe(before.length);
    expect(
      (await first.memory.listKeys(first.caller(), { limit: 9 })).items.every(({ revokedAt }) => revokedAt === null),
    ).toBe(true);
  });

  it('sees its own alone in lists, counts, events and searches', async () => {
    const caller = second.caller();
    const { items } = await second.memory.list(caller, { order: 'created_at', limit: 100 }, 1e6);
    const { events } = await second.memory.events(caller, { order: 'asc', limit: 1_000, filter: {} });
    const { results } = await second.memory.search(caller, aSearch(''));
    const stats = await second.memory.stats(caller, {});

    expect(items.length).toBeGreaterThan(0);
    expect([results.length, stats.total_memories]).toEqual([items.length, items.length]);
    expect(new Set(events.map(({ tenantId }) => tenantId))).toEqual(new Set([second.tenantId]));
  });

  it('has its own memory under the same key, agent and user', async () => {
    const mine = await second.memory.store(second.caller(), { ...fields, type: 'fact', content: { text: 'mine' } });

    expect(mine.created).toBe(true);
    expect((await first.memory.retrieve(first.caller(), ids[0] ?? '', {})).content).toEqual(fields.content);
    await second.memory.delete(second.caller(), mine.memory.id, {});
  });
});

describe('row security', () => {
  /** Filled by SQL where no operation of this test fills them. */
  const FILL = [
    `insert into spaces values ($1, 'team', 'team', now(), 1, '')`,
    `insert into space_members values ($1, 'team', 'librarian', 'reader')`,
    `insert into memory_usage values ($1, 'mem_x', 1, now())`,
    `insert into consumer_failures values ($1, 'indexer', 'evt_x', 1, 'error')`,
    `insert into access_patterns values ($1, 'ada', 'librarian', 'fact', 7, 1)`,
    `insert into query_log values ($1, 'qry_x', 'librarian', 'ada', now(), '{}')`,
    `insert into co_access select $1, id, id, 1, now() from memories where tenant_id = $1 limit 1`,
    `insert into predictions select $1, id, now() from memories where tenant_id = $1 limit 1`,
  ];
  let tables: string[];
  beforeAll(async () => {
    await first.postgres.run(
      first.tenantId,
      FILL.map((text) => ({ text, params: [first.tenantId] })),
    );
    const rows = await first.sql(`select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'auren'::regnamespace and c.relkind = 'r' and a.attname = 'tenant_id' order by 1`);
    tables = rows.map(({ name }) => name as string);
  });
  const runAs = (d: Domain, text: string, params: unknown[]) => d.postgres.run(d.tenantId, [{ text, params }]);

  it('covers every table that holds a tenant', async () => {
    const filled = [];
    for (const table of tables) {
      const [row] = await first.sql(`select count(*)::int as n from auren.${table} where tenant_id = $1`, [
        first.tenantId,
      ]);
      if ((row?.n as number) > 0) filled.push(table);
    }

    expect(filled).toEqual(
      expect.arrayContaining([
        ...['agent_policies', 'api_keys', 'consumer_failures', 'consumers', 'events', 'idempotency', 'memories'],
        ...['memory_usage', 'patterns', 'space_members', 'spaces', 'subject_keys', 'tenants'],
        ...['access_patterns', 'co_access', 'predictions', 'query_log'],
      ]),
    );
  });

  it('shows, changes, deletes and takes nothing of another tenant, in any table', async () => {
    const seen: unknown[] = [];
    const refused: unknown[] = [];
    for (const table of tables) {
      const [rows] = await runAs(second, `select * from ${table}`, []);
      seen.push([table, (rows ?? []).filter((row) => row.tenant_id !== second.tenantId)]);
      const of = [first.tenantId];
      const [changed] = await runAs(
        second,
        `update ${table} set tenant_id = tenant_id where tenant_id = $1 returning 1`,
        of,
      );
      const [deleted] = await runAs(second, `delete from ${table} where tenant_id = $1 returning 1`, of);
      seen.push([table, [...(changed ?? []), ...(deleted ?? [])]]);
      const [theirs] = await first.sql(
        `select to_jsonb(t) as row from auren.${table} t where tenant_id = $1 limit 1`,
        of,
      );
      const columns = await first.sql(
        `select string_agg(quote_ident(column_name), ', ') as names from information_schema.columns
         where table_schema = 'auren' and table_name = $1 and is_identity = 'NO'`,
        [table],
      );
      const { names } = columns[0] ?? {};
      const insert = `insert into ${table} (${names}) select ${names} from jsonb_populate_record(null::${table}, $1::jsonb)`;
      if (theirs) refused.push(await codeOf(runAs(second, insert, [JSON.stringify(theirs.row)])));
    }

    expect(seen).toEqual(
      tables.flatMap((table) => [
        [table, []],
        [table, []],
      ]),
    );
    expect(refused.length).toBeGreaterThanOrEqual(13);
    expect(new Set(refused)).toEqual(new Set([ROW_SECURITY]));
  });

  it('shows nothing where no tenant is named', async () => {
    for (const table of tables) {
      const [rows] = await first.postgres.run('', [{ text: `select * from ${table}` }]);
      expect([table, rows]).toEqual([table, []]);
    }
  });

  it('holds in the function that searches past it: no argument names another tenant', async () => {
    const text = `select * from search_memories($1, null, '{}', null, '{}', null, '{}', '{}', '{}', 0, 0, null, null, now(), 10)`;

    const [own] = await runAs(first, text, [CANARY]);
    const [others] = await runAs(second, text, [CANARY]);
    const [nobodys] = await first.postgres.run('', [{ text, params: [CANARY] }]);

    expect([own?.length, others, nobodys]).toEqual([3, [], []]);
  });

  /**
   * What is held here: the serving roles have no way up of their own. The connection itself belongs to the owner, so whoever
   * could run SQL of his own could leave the role; every value goes to the database as a parameter for that reason.
   */
  it('binds roles that own nothing, belong to no other role and cannot pass it by', async () => {
    const [roles] = await first.postgres.run('', [
      {
        text: `select r.rolname as name, r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolcanlogin as may,
            (select count(*)::int from pg_auth_members m where m.member = r.oid) as memberships,
            (select count(*)::int from pg_class c where c.relowner = r.oid) as owned
          from pg_roles r where r.rolname in ('auren_app', 'auren_worker') order by 1`,
      },
    ]);
    const nothing = { may: false, memberships: 0, owned: 0 };

    expect(roles).toEqual([
      { name: 'auren_app', ...nothing },
      { name: 'auren_worker', ...nothing },
    ]);
    const [[current] = []] = await runAs(second, 'select current_user as name', []);
    expect(current?.name).toBe('auren_app');
    await expect(codeOf(runAs(second, 'alter table memories disable row level security', []))).resolves.toBe(
      ROW_SECURITY,
    );
    await expect(codeOf(runAs(second, 'select * from schema_migrations', []))).resolves.toBe(ROW_SECURITY);
  });
});
