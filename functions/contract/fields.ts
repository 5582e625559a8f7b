/** The fields that several resources share, each with its bounds. A message completes "<path> ...". */
import { MEMORY_TYPES, SOURCES, TIERS, VISIBILITIES } from '@auren/memory/model/memory.ts';
import * as z from 'zod/mini';
import { parseInstant } from './instants.ts';

/** No control, format or unassigned characters, no blank edge, and not a path segment that URLs swallow. */
const NAME = /^(?! )(?!\.{1,2}$)[^\p{C}\p{Zl}\p{Zp}]{1,128}(?<! )$/u;

/** Ids that callers choose: agents, users, spaces, keys of memories. */
export const name = z
  .string()
  .check(z.regex(NAME, 'must be 1 to 128 printable characters without a blank at either end'));
export const nameOrNull = z.optional(z.nullable(name));

export const memoryId = z.string().check(z.regex(/^mem_[0-9a-f]{32}$/, 'must be "mem_" and 32 lowercase hex digits'));

/** Trims a schema's input to lower case, so that enums match in any case. */
const anyCase = <const T extends readonly string[]>(values: T) =>
  z
    .pipe(
      z.pipe(
        z.string(),
        z.transform((text: string) => text.toLowerCase()),
      ),
      z.enum(values),
    )
    .register(z.globalRegistry, { enum: [...values], description: 'Matched in any case.' });

export const memoryType = anyCase(MEMORY_TYPES);
export const tier = z.enum(TIERS);
export const visibility = z.enum(VISIBILITIES);
export const source = z.enum(SOURCES);

export const confidence = z.number().check(z.gte(0), z.lte(1));
export const priority = z.number().check(z.gte(0), z.lte(10));

/** Ten years: longer is no expiry at all. */
export const TTL_SECONDS_MAX = 315_360_000;
export const ttlSeconds = z.int().check(z.gte(1), z.lte(TTL_SECONDS_MAX));

/** An RFC 3339 time in any offset; parsed to UTC. */
export const time = z
  .pipe(
    z.string(),
    z.transform((text: string, context) => {
      const parsed = parseInstant(text);
      if (parsed !== null) return parsed;
      context.issues.push({
        code: 'custom',
        input: text,
        message: 'must be an RFC 3339 time between 1900 and 9999, such as 2025-01-31T12:00:00Z',
      });
      return z.NEVER;
    }),
  )
  .register(z.globalRegistry, { type: 'string', format: 'date-time' });
export const timeOrNull = z.optional(z.nullable(time));

export const REASON_CHARACTERS_MAX = 500;
export const reason = z.optional(z.string().check(z.minLength(1), z.maxLength(REASON_CHARACTERS_MAX)));

/** Opaque to callers; the domain tells whether it still stands. */
export const cursorText = z.string().check(z.regex(/^[\x21-\x7e]{1,1024}$/, 'must be a cursor from an earlier answer'));
export const cursor = z.optional(cursorText);
export const nextCursor = z.nullable(z.string()).register(z.globalRegistry, { description: 'Null on the last page.' });

/** Query parameters arrive as text. */
const integer = (min: number, max: number) =>
  z.pipe(
    z.pipe(z.string().check(z.regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)), z.transform(Number)),
    z.int().check(z.gte(min), z.lte(max)),
  );
export const limit = (max: number, fallback: number) => z._default(integer(1, max), fallback);

export const numberParameter = (min: number, max: number) =>
  z.pipe(
    z.pipe(
      z.string().check(z.regex(/^\d{1,9}(\.\d{1,9})?$/, `must be a number from ${min} to ${max}`)),
      z.transform(Number),
    ),
    z.number().check(z.gte(min), z.lte(max)),
  );

export const booleanParameter = z.pipe(
  z.pipe(
    z.enum(['true', 'false']),
    z.transform((text) => text === 'true'),
  ),
  z.boolean(),
);

const LIST_VALUES_MAX = 100;
/** Values separated by commas, or the parameter repeated. */
export const listParameter = <S extends z.ZodMiniType<unknown, string>>(item: S) =>
  z.optional(
    z.pipe(
      z.pipe(
        z.string(),
        z.transform((text: string) => text.split(',').filter((part) => part !== '')),
      ),
      z.array(item).check(z.maxLength(LIST_VALUES_MAX)),
    ),
  );
