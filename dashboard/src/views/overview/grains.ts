/** How a vessel is filled: memories as grains, packed in hexagons from the bottom, the top row from its middle outward. Pure. */

export interface Packing {
  /** Distance between two grains in a row, px. */
  spacing: number;
  /** Memories that one grain stands for. */
  each: number;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

const SPACING_MIN = 7.5;
const SPACING_MAX = 20;
/** The fullest vessel is filled so far, that there is room to rise. */
const FULL_SHARE = 0.62;
const ROW = Math.sqrt(3) / 2;
const PADDING = 6;
const STEPS = [1, 2, 3, 4, 5, 6, 8, 10];

/** The next round number at or above: 1, 2, 3, 4, 5, 6, 8, 10, 20, 30 ... */
function roundUp(value: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))));
  return (STEPS.find((step) => step * power >= value) ?? 10) * power;
}

/** One packing for all vessels, so that they compare: grains as large as the fullest one allows. */
export function packingFor(counts: readonly number[], { width, height }: Pick<Box, 'width' | 'height'>): Packing {
  const most = Math.max(1, ...counts);
  const area = Math.max(1, (width - 2 * PADDING) * (height - PADDING)) * FULL_SHARE;
  const each = roundUp(most / (area / (SPACING_MIN ** 2 * ROW)));
  const spacing = Math.sqrt(area / (most / each) / ROW);
  return { each, spacing: Math.min(SPACING_MAX, Math.max(SPACING_MIN, spacing)) };
}

/** Every other row has one less, and so stands in the gaps of the one below. */
const perRow = (row: number, { width }: Box, spacing: number) =>
  Math.max(1, Math.floor((width - 2 * PADDING) / spacing) - (row % 2));

/** Where the grains of a box stand, from the bottom up; those that do not fit are left out. */
export function placeGrains(memories: number, box: Box, { spacing, each }: Packing): Point[] {
  const points: Point[] = [];
  let left = Math.ceil(memories / each);
  for (let row = 0; left > 0; row += 1) {
    const y = box.y + box.height - PADDING - spacing / 2 - row * spacing * ROW;
    if (y < box.y + spacing / 2) break;
    const seats = perRow(row, box, spacing);
    const taken = Math.min(left, seats);
    const start = box.x + (box.width - (seats - 1) * spacing) / 2;
    const first = Math.floor((seats - taken) / 2);
    for (let seat = first; seat < first + taken; seat += 1) points.push({ x: start + seat * spacing, y });
    left -= taken;
  }
  return points;
}

/** The height of the surface over so many memories. */
export function surfaceOf(memories: number, box: Box, { spacing, each }: Packing): number {
  const rows = Math.ceil(memories / each / perRow(0, box, spacing));
  return Math.max(box.y + spacing, box.y + box.height - PADDING - rows * spacing * ROW);
}
