/** What stands in an engine and should not: rows of ended memories, copies of what is not hot, vectors and documents of what is gone. */
import type { Engine } from '../../errors.ts';
import type { RebuildPorts } from './ports.ts';

const PAGE = 300;

export interface Stranger {
  engine: Engine;
  what: string;
}

async function* rowsWithoutStream({ repair }: RebuildPorts, tenantId: string): AsyncGenerator<Stranger> {
  let ids = await repair.ids(tenantId, null, PAGE);
  while (ids.length > 0) {
    for (const id of await repair.ended(tenantId, ids)) yield { engine: 'postgres', what: id };
    ids = await repair.ids(tenantId, ids.at(-1) ?? null, PAGE);
  }
}

async function* copiesOfOthers({ repair, hot }: RebuildPorts, tenantId: string): AsyncGenerator<Stranger> {
  for (let from = 0; ; from += PAGE) {
    const ids = await hot.held(tenantId, from, PAGE);
    if (ids.length === 0) return;
    const rows = await repair.rows(tenantId, ids);
    const isHot = new Set(rows.filter(({ tier }) => tier === 'hot').map(({ id }) => id));
    for (const id of ids) if (!isHot.has(id)) yield { engine: 'redis', what: id };
  }
}

async function* vectorsOfOthers(
  { repair, vectors, cold }: RebuildPorts,
  tenantId: string,
  coldMemories: number,
): AsyncGenerator<Stranger> {
  if (!(await vectors.exists(tenantId))) return yield { engine: 'chroma', what: 'there is no index of this model' };
  for (let from = 0; ; from += PAGE) {
    const ids = await vectors.page(tenantId, from, PAGE);
    if (ids.length === 0) break;
    const rows = await repair.rows(tenantId, ids);
    const living = new Set(rows.map(({ id }) => id));
    for (const id of ids) if (!living.has(id)) yield { engine: 'chroma', what: id };
  }
  const surplus = (await cold.count(tenantId)) - coldMemories;
  if (surplus > 0) yield { engine: 'chroma', what: `${surplus} cold copies of memories that are not cold` };
}

/** The catalog is walked first: the others are held against it. `coldMemories` is how many the log has. */
export async function* strangers(
  ports: RebuildPorts,
  tenantId: string,
  coldMemories: number,
): AsyncGenerator<Stranger> {
  yield* rowsWithoutStream(ports, tenantId);
  yield* copiesOfOthers(ports, tenantId);
  yield* vectorsOfOthers(ports, tenantId, coldMemories);
}
