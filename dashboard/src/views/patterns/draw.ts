/** The map on its canvas: hot memories as discs, warm ones as diamonds, cold ones as rings, in the color of their pattern. */
import type { MapPoint, Pattern } from '../../api/patterns.ts';
import { placedLabels } from './labels.ts';
import type { Place } from './scale.ts';

export interface Drawn {
  points: readonly MapPoint[];
  places: readonly Place[];
  radius: number;
  /** Named on the map, as far as there is room. */
  named: readonly Pattern[];
  font: string;
  /** Resolved colors: a canvas knows no custom properties. */
  colorOf: (patternId: string | null) => string;
  ink: string;
  surface: string;
  /** Whether it stands out; the others step back. All do where nothing is chosen. */
  isLit: (point: MapPoint, index: number) => boolean;
  /** Ringed: under the pointer, or the link that has the focus. */
  marked: number;
}

const MARK_RADIUS = 10;
const DIM = 0.16;
const LIT = 0.85;
const RING_WIDTH = 1.6;
const HALO_WIDTH = 4;

export function draw(
  canvas: HTMLCanvasElement,
  { width, height }: { width: number; height: number },
  map: Drawn,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const ratio = window.devicePixelRatio;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const lit: number[] = [];
  map.points.forEach((one, index) => {
    if (map.isLit(one, index)) lit.push(index);
    else point(context, map, index, DIM);
  });
  for (const index of lit) point(context, map, index, LIT);
  names(context, map, width);
  mark(context, map);
  context.globalAlpha = 1;
}

function point(context: CanvasRenderingContext2D, map: Drawn, index: number, alpha: number): void {
  const one = map.points[index];
  const place = map.places[index];
  if (!one || !place) return;
  context.globalAlpha = alpha;
  shape(context, one.tier, place, map.radius);
  const color = map.colorOf(one.pattern_id);
  if (one.tier === 'cold') {
    context.lineWidth = RING_WIDTH;
    context.strokeStyle = color;
    context.stroke();
  } else {
    context.fillStyle = color;
    context.fill();
  }
}

function shape(context: CanvasRenderingContext2D, tier: MapPoint['tier'], { x, y }: Place, radius: number): void {
  context.beginPath();
  if (tier === 'warm') {
    const half = radius * 1.2;
    context.moveTo(x, y - half);
    context.lineTo(x + half, y);
    context.lineTo(x, y + half);
    context.lineTo(x - half, y);
    context.closePath();
  } else {
    context.arc(x, y, tier === 'cold' ? radius - RING_WIDTH / 2 : radius, 0, 2 * Math.PI);
  }
}

/** Each name with a halo, so that it is read above its points. */
function names(context: CanvasRenderingContext2D, map: Drawn, width: number): void {
  context.globalAlpha = 1;
  context.font = map.font;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = HALO_WIDTH;
  context.strokeStyle = map.surface;
  context.fillStyle = map.ink;
  const labels = placedLabels({ ...map, patterns: map.named }, (text) => context.measureText(text).width);
  for (const { text, at } of labels) {
    const half = context.measureText(text).width / 2 + HALO_WIDTH;
    const x = Math.max(half, Math.min(width - half, at.x));
    context.strokeText(text, x, at.y);
    context.fillText(text, x, at.y);
  }
}

function mark(context: CanvasRenderingContext2D, map: Drawn): void {
  const place = map.places[map.marked];
  if (!place) return;
  point(context, map, map.marked, 1);
  context.globalAlpha = 1;
  context.beginPath();
  context.arc(place.x, place.y, MARK_RADIUS, 0, 2 * Math.PI);
  context.lineWidth = 4;
  context.strokeStyle = map.surface;
  context.stroke();
  context.lineWidth = 2;
  context.strokeStyle = map.ink;
  context.stroke();
}
