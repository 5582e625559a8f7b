/** Cursors of lists: where the page before ended, as the values it was ordered by. */
import { invalidField } from '../errors.ts';
import type { CatalogRow, ListQuery } from './port.ts';

export const encodePageCursor = (values: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url');

/** Throws `invalid_field` on `cursor` for what was not handed out for this very order. */
export function decodePageCursor(text: string, expected: readonly ('string' | 'number')[]): (string | number)[] {
  const refuse = () => invalidField('cursor', 'is not a cursor of this list and order; leave it out to start anew.');
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch (cause) {
    throw Object.assign(refuse(), { cause });
  }
  if (!Array.isArray(values) || values.length !== expected.length) throw refuse();
  if (values.some((value, index) => typeof value !== expected[index])) throw refuse();
  return values as (string | number)[];
}

export type OrderName = 'created_at' | 'updated_at' | 'priority';

/** Splits `-created_at` into what to order by and which way. */
export const orderOf = (order: ListQuery['order']): { name: OrderName; descends: boolean } => ({
  name: order.replace('-', '') as OrderName,
  descends: order.startsWith('-'),
});

type Ordered = Pick<CatalogRow, 'id' | 'createdAt' | 'updatedAt' | 'priority'>;

/** The cursor that stands right after a memory in this order. */
export function pageCursorAfter(row: Ordered, order: ListQuery['order']): string {
  const values = { created_at: row.createdAt, updated_at: row.updatedAt, priority: row.priority };
  return encodePageCursor([values[orderOf(order).name], row.id]);
}
