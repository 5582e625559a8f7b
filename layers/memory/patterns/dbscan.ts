/**
 * DBSCAN (Ester et al. 1996) of density-clustering, with one step in place of its own: it looks for each neighbor in the whole list of a
 * growing cluster, which takes three seconds where 2,000 vectors are one cluster. With a set beside the list it is 0.1 s.
 */
import { DBSCAN } from 'density-clustering';

export class Dbscan extends DBSCAN {
  readonly #known = new WeakMap<number[], Set<number>>();

  protected override _mergeArrays(list: number[], more: number[]): number[] {
    const known = this.#known.get(list) ?? new Set(list);
    this.#known.set(list, known);
    for (const one of more) {
      if (known.has(one)) continue;
      known.add(one);
      list.push(one);
    }
    return list;
  }
}
