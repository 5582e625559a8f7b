/**
 * The order of the log and the cursor into it. Positions are handed out before commit, so a reader of `position > last` loses what
 * commits late (26 % with 8 writers). Ordered by (txid, position), and read only below the oldest open transaction, nothing is lost.
 */
import { invalidField } from '../errors.ts';

export interface Cursor {
  /** Changes when the database is restored: older cursors then mean nothing. */
  epoch: string;
  txid: string;
  position: string;
}

export const START = { txid: '0', position: '0' } as const;

export const encodeCursor = (cursor: Cursor): string =>
  Buffer.from(`${cursor.epoch}.${cursor.txid}.${cursor.position}`).toString('base64url');

/** The largest xid8 and bigint: PostgreSQL fails on more. */
const TXID_MAX = 2n ** 64n - 1n;
const POSITION_MAX = 2n ** 63n - 1n;

/** Throws `invalid_field` at `path` for what no cursor of ours looks like. */
export function decodeCursor(text: string, path: string): Cursor {
  const match = /^([0-9a-f]{1,64})\.(\d{1,20})\.(\d{1,19})$/.exec(Buffer.from(text, 'base64url').toString('latin1'));
  const [, epoch, txid, position] = match ?? [];
  const isWhole = epoch !== undefined && txid !== undefined && position !== undefined;
  if (!isWhole || BigInt(txid) > TXID_MAX || BigInt(position) > POSITION_MAX) {
    throw invalidField(path, 'is not a cursor of this log; take one from an earlier answer.');
  }
  return { epoch, txid, position };
}

/** A place in the log as numbers, for many comparisons. */
export type Place = readonly [txid: bigint, position: bigint];

export const placeOf = (cursor: string): Place => {
  const { txid, position } = decodeCursor(cursor, 'cursor');
  return [BigInt(txid), BigInt(position)];
};

export const isBefore = (a: Place, b: Place): boolean => (a[0] === b[0] ? a[1] < b[1] : a[0] < b[0]);

export const epochOf = (cursor: string): string => decodeCursor(cursor, 'cursor').epoch;

/** The cursor right before the event that this one stands after. */
export function rightBefore(cursor: string): string {
  const { epoch, txid, position } = decodeCursor(cursor, 'cursor');
  return encodeCursor({ epoch, txid, position: String(BigInt(position) - 1n) });
}

/** The cursor before which the event that this one stands after lies. */
export function rightBehind(cursor: string): string {
  const { epoch, txid, position } = decodeCursor(cursor, 'cursor');
  const next = BigInt(position) + 1n;
  return next > POSITION_MAX ? cursor : encodeCursor({ epoch, txid, position: String(next) });
}
