/** The part of density-clustering that we use; the package has no types. */
declare module 'density-clustering' {
  export class DBSCAN {
    /** Clusters as indexes into `dataset`. Neighbors are nearer than `epsilon` and count themselves; 0 stands for the default of 1. */
    run<T>(dataset: T[], epsilon: number, minPts: number, distance: (a: T, b: T) => number): number[][];
    /** What is in either list, once; called with the list of a growing cluster and the neighbors of one of its members. */
    protected _mergeArrays(list: number[], more: number[]): number[];
  }
}
