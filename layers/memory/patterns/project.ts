/** Vectors on a plane by principal component analysis, scaled to -1..1, the same at every call. Pure. */
import { PCA } from 'ml-pca';

export interface Place {
  x: number;
  y: number;
}

/** The axes are fitted on as many, spread evenly: 500 take a second, all 2,000 five, and turn out the same to the eye. */
const FITTED_MAX = 250;
/** Below it a component is the noise of the arithmetic: the points are equal in it. */
const SPREAD_MIN = 1e-6;
const CENTER: Place = { x: 0, y: 0 };

export function onPlane(vectors: readonly Float32Array[]): Place[] {
  if (vectors.length < 2) return vectors.map(() => CENTER);
  const rows = vectors.map((vector) => Array.from(vector));
  const step = Math.max(1, rows.length / FITTED_MAX);
  const fitted = Array.from({ length: Math.min(rows.length, FITTED_MAX) }, (_, n) => rows[Math.floor(n * step)] ?? []);
  const placed = new PCA(fitted, { method: 'SVD' }).predict(rows, { nComponents: 2 });
  const [xs, ys] = [0, 1].map((column) => scaled(placed.getColumn(column)));
  return rows.map((_, row) => ({ x: xs?.[row] ?? 0, y: ys?.[row] ?? 0 }));
}

/** The point farthest out lies at 1, which also settles the sign that the decomposition leaves open. */
function scaled(values: readonly number[]): number[] {
  const farthest = values.reduce((far, value) => (Math.abs(value) > Math.abs(far) ? value : far), 0);
  if (!(Math.abs(farthest) > SPREAD_MIN)) return values.map(() => 0);
  return values.map((value) => value / farthest);
}
