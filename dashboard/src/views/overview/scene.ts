/**
 * The moving part of the vessels, on one canvas. What stands still is drawn once into a second canvas; a frame then copies it
 * and draws at most `FLIGHTS_MAX` memories under way. No frame is asked for while nothing moves.
 */
import { TIERS, type Tier, type TierCounts } from '../../api/types.ts';
import type { Move } from '../../state/tally.ts';
import { type Box, type Packing, type Point, packingFor, placeGrains, surfaceOf } from './grains.ts';

export interface Look {
  colors: Record<Tier, string>;
  line: string;
}

interface Flight {
  from: Point;
  over: Point;
  to: Point;
  color: string;
  beganAt: number;
  lastsMs: number;
  fades: boolean;
}

interface Glint {
  at: Point;
  color: string;
  beganAt: number;
}

const FLIGHTS_MAX = 160;
const GLINTS_MAX = 60;
const FLIGHT_MS = 1_100;
const GLINT_MS = 900;
/** Moves of one frame leave over so long, so that a sweep looks like a stream. */
const SPREAD_MS = 900;
const REST_EVERY_MS = 160;
const TAIL = [0, 0.035, 0.07, 0.105];

const between = (from: number, to: number, share: number) => from + (to - from) * share;
const eased = (share: number) => (share < 0.5 ? 2 * share * share : 1 - (-2 * share + 2) ** 2 / 2);

function onCurve({ from, over, to }: Flight, share: number): Point {
  const x = between(between(from.x, over.x, share), between(over.x, to.x, share), share);
  const y = between(between(from.y, over.y, share), between(over.y, to.y, share), share);
  return { x, y };
}

/** A third of a grain's brightness is its own (a hash of where it stands), so that the heap does not look printed. */
function shade(index: number): number {
  const mixed = Math.imul(index ^ (index >>> 7), 0x9e3779b1);
  return 0.66 + 0.34 * (((mixed ^ (mixed >>> 15)) >>> 0) / 0xffffffff);
}

export class Scene {
  readonly #canvas: HTMLCanvasElement;
  readonly #rest = document.createElement('canvas');
  readonly #isStill: boolean;
  #look: Look;
  #boxes: Record<Tier, Box> | undefined;
  #counts: TierCounts = { hot: 0, warm: 0, cold: 0 };
  #capacity: number | undefined;
  #packing: Packing = { spacing: 8, each: 1 };
  #grains: Record<Tier, Point[]> = { hot: [], warm: [], cold: [] };
  #flights: Flight[] = [];
  #glints: Glint[] = [];
  #restIsOld = true;
  #restAt = 0;
  #frame = 0;

  /** @param isStill nothing flies: `prefers-reduced-motion` */
  constructor(canvas: HTMLCanvasElement, look: Look, isStill: boolean) {
    this.#canvas = canvas;
    this.#look = look;
    this.#isStill = isStill;
  }

  /** Memories that one grain stands for. */
  get each(): number {
    return this.#packing.each;
  }

  resize(boxes: Record<Tier, Box>, width: number, height: number): void {
    const ratio = Math.min(2, window.devicePixelRatio);
    for (const canvas of [this.#canvas, this.#rest]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.getContext('2d')?.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.#boxes = boxes;
    this.#flights = [];
    this.#pack();
  }

  paint(look: Look): void {
    this.#look = look;
    this.#outdate();
  }

  fill(counts: TierCounts, capacity: number | undefined): void {
    this.#counts = counts;
    this.#capacity = capacity;
    this.#pack();
  }

  /** Lets memories fly; what exceeds the cap is in the counts alone. */
  move(moves: readonly Move[], now = performance.now()): void {
    if (this.#isStill || !this.#boxes) return;
    const room = FLIGHTS_MAX - this.#flights.length;
    const shown = moves.slice(0, Math.max(0, room));
    for (const [at, move] of shown.entries()) {
      this.#flights.push(
        this.#flight(move, this.#boxes, now + (at / shown.length) * Math.min(SPREAD_MS, shown.length * 30)),
      );
    }
    this.#ask();
  }

  /** A memory was read: one of its tier's grains lights up. */
  glint(tiers: readonly Tier[], now = performance.now()): void {
    if (this.#isStill) return;
    for (const tier of tiers.slice(0, Math.max(0, GLINTS_MAX - this.#glints.length))) {
      const grains = this.#grains[tier];
      const at = grains[Math.floor(Math.random() * grains.length)];
      if (at) this.#glints.push({ at, color: this.#look.colors[tier], beganAt: now });
    }
    this.#ask();
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #pack(): void {
    if (!this.#boxes) return;
    const packing = packingFor(Object.values(this.#counts), this.#boxes.warm);
    const ratio = packing.spacing / this.#packing.spacing;
    // Grains keep their size while the heaps only grow a little.
    if (packing.each !== this.#packing.each || ratio < 0.94 || ratio > 1.25) this.#packing = packing;
    for (const tier of TIERS) this.#grains[tier] = placeGrains(this.#counts[tier], this.#boxes[tier], this.#packing);
    this.#outdate();
  }

  #outdate(): void {
    this.#restIsOld = true;
    this.#ask();
  }

  #ask(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#draw);
  }

  #flight({ from, to }: Move, boxes: Record<Tier, Box>, beganAt: number): Flight {
    const landing = (tier: Tier): Point => {
      const { x, width } = boxes[tier];
      const y = surfaceOf(this.#counts[tier], boxes[tier], this.#packing);
      return { x: x + width * (0.2 + 0.6 * Math.random()), y };
    };
    const color = this.#look.colors[to ?? from ?? 'hot'];
    const above = (point: Point): Point => ({ x: point.x, y: -8 });
    const end = to ? landing(to) : above(landing(from ?? 'hot'));
    const start = from ? landing(from) : above(end);
    const rim = from && to ? Math.min(boxes[from].y, boxes[to].y) - 46 : (start.y + end.y) / 2;
    const over = { x: (start.x + end.x) / 2, y: rim };
    return { from: start, over, to: end, color, beganAt, lastsMs: FLIGHT_MS, fades: to === null };
  }

  /** Bound, for requestAnimationFrame. */
  readonly #draw = (now: number): void => {
    this.#frame = 0;
    const pen = this.#canvas.getContext('2d');
    if (!pen || !this.#boxes || this.#canvas.width === 0) return;
    if (this.#restIsOld && now - this.#restAt > REST_EVERY_MS) this.#drawRest(now);
    const { width, height } = this.#canvas;
    pen.save();
    pen.resetTransform();
    pen.clearRect(0, 0, width, height);
    pen.drawImage(this.#rest, 0, 0);
    pen.restore();
    this.#drawGlints(pen, now);
    this.#drawFlights(pen, now);
    if (this.#flights.length > 0 || this.#glints.length > 0 || this.#restIsOld) this.#ask();
  };

  #drawRest(now: number): void {
    const pen = this.#rest.getContext('2d');
    if (!pen || !this.#boxes) return;
    this.#restIsOld = false;
    this.#restAt = now;
    pen.clearRect(0, 0, this.#rest.width, this.#rest.height);
    const radius = this.#packing.spacing * 0.4;
    for (const tier of TIERS) {
      pen.fillStyle = this.#look.colors[tier];
      for (const [index, { x, y }] of this.#grains[tier].entries()) {
        pen.globalAlpha = shade(index);
        pen.beginPath();
        pen.arc(x, y, radius, 0, 2 * Math.PI);
        pen.fill();
      }
    }
    pen.globalAlpha = 1;
    this.#drawCapacity(pen, this.#boxes.hot);
  }

  /** The line that the hot tier may fill up to, where it lies within the vessel. */
  #drawCapacity(pen: CanvasRenderingContext2D, box: Box): void {
    if (this.#capacity === undefined) return;
    const y = surfaceOf(this.#capacity, box, this.#packing);
    if (y <= box.y + this.#packing.spacing) return;
    pen.strokeStyle = this.#look.line;
    pen.setLineDash([3, 4]);
    pen.beginPath();
    pen.moveTo(box.x + 1, y - 2);
    pen.lineTo(box.x + box.width - 1, y - 2);
    pen.stroke();
    pen.setLineDash([]);
  }

  #drawGlints(pen: CanvasRenderingContext2D, now: number): void {
    this.#glints = this.#glints.filter(({ beganAt }) => now - beganAt < GLINT_MS);
    for (const { at, color, beganAt } of this.#glints) {
      const share = Math.max(0, now - beganAt) / GLINT_MS;
      pen.globalAlpha = (1 - share) * 0.8;
      pen.strokeStyle = color;
      pen.lineWidth = 1.5;
      pen.beginPath();
      pen.arc(at.x, at.y, this.#packing.spacing * (0.5 + share * 1.4), 0, 2 * Math.PI);
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  #drawFlights(pen: CanvasRenderingContext2D, now: number): void {
    this.#flights = this.#flights.filter(({ beganAt, lastsMs }) => now - beganAt < lastsMs);
    const radius = Math.max(2.5, this.#packing.spacing * 0.42);
    for (const flight of this.#flights) {
      const share = (now - flight.beganAt) / flight.lastsMs;
      if (share < 0) continue;
      pen.fillStyle = flight.color;
      for (const [step, behind] of TAIL.entries()) {
        if (share < behind) continue;
        const { x, y } = onCurve(flight, eased(share - behind));
        pen.globalAlpha = (flight.fades ? 1 - share : 1) * (step === 0 ? 1 : 0.32 - step * 0.08);
        pen.beginPath();
        pen.arc(x, y, radius * (1 - step * 0.14), 0, 2 * Math.PI);
        pen.fill();
      }
    }
    pen.globalAlpha = 1;
  }
}
