/** The rebuild's command line, and how it shows its result. */
import { describe, expect, it } from 'vitest';
import type { Rebuilt } from '../../../layers/memory/usecases/rebuild/rebuild.ts';
import { parseOptions } from '../../../local/rebuild/options.ts';
import { differences, table } from '../../../local/rebuild/table.ts';

describe('the options', () => {
  it.each([
    [[], { index: false, restored: false, tenant: undefined }],
    [['--index'], { index: true, restored: false, tenant: undefined }],
    [['--restored'], { index: false, restored: true, tenant: undefined }],
    [['--index', '--tenant', 'a'], { index: true, restored: false, tenant: 'a' }],
  ])('of %j', (args, options) => {
    expect(parseOptions(args)).toEqual(options);
  });

  it.each([[['--all']], [['tenant']], [['--tenant']], [['--restored', '--index']], [['--restored', '--tenant', 'a']]])(
    'refuse %j and say how it is used',
    (args) => {
      expect(() => parseOptions(args)).toThrow(/Usage: npm run rebuild/);
    },
  );
});

const rebuilt = (overrides: Partial<Rebuilt> = {}): Rebuilt => ({
  tenantId: 'local',
  proof: {
    memories: 6,
    tiers: { hot: 3, warm: 2, cold: 1 },
    logHash: 'a'.repeat(64),
    foundHash: 'a'.repeat(64),
    differences: {
      postgres: { count: 0, examples: [] },
      redis: { count: 0, examples: [] },
      chroma: { count: 0, examples: [] },
    },
  },
  isEqual: true,
  rowsRepaired: 0,
  redisRefilled: false,
  indexRefilled: false,
  ...overrides,
});

describe('the result', () => {
  it('is a line a tenant, in columns', () => {
    const lines = table([rebuilt(), rebuilt({ tenantId: 'a-longer-one', rowsRepaired: 2, indexRefilled: true })]);

    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ['tenant', 'memories', 'hot', 'warm', 'cold', 'rebuilt', 'hash of the log', 'hash read back', 'equal'],
      ['local', '6', '3', '2', '1', 'nothing', 'aaaaaaaaaaaa', 'aaaaaaaaaaaa', 'yes'],
      ['a-longer-one', '6', '3', '2', '1', '2 rows, Chroma', 'aaaaaaaaaaaa', 'aaaaaaaaaaaa', 'yes'],
    ]);
    expect(new Set(lines.slice(1).map((line) => line.indexOf('aaaa'))).size).toBe(1);
  });

  it('names what differs, and says what to do', () => {
    const { proof } = rebuilt();
    const differing = { ...proof.differences, chroma: { count: 7, examples: ['mem_1', 'mem_2'] } };
    const one = rebuilt({ isEqual: false, proof: { ...proof, differences: differing } });

    expect(differences(rebuilt())).toEqual([]);
    expect(differences(one)).toEqual([
      'local: Chroma differs in 7: mem_1, mem_2',
      'local: run `npm run rebuild` (again), while nobody writes.',
    ]);
    expect(table([one])[1]).toMatch(/NO$/);
  });
});
