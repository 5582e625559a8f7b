/** Schema issues as sentences that say what is right. zod/mini ships no messages, and its own would quote the caller's input. */
import { AurenError, type FieldFault } from '@auren/memory/errors.ts';
import type * as z from 'zod/mini';
import type { Schema } from '../contract/contract.ts';
import { FAULTS_MAX } from './json-guard.ts';
import { childPath, pathOf } from './paths.ts';

const NOUNS: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a JSON object',
  record: 'a JSON object',
};
const UNITS: Record<string, string> = { string: ' characters', array: ' entries' };

const oneOf = (values: readonly unknown[]) =>
  values.length === 1 ? `must be "${values[0]}"` : `must be one of ${values.join(', ')}`;

function bound(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall>): string {
  const [least, limit] = issue.code === 'too_small' ? [true, issue.minimum] : [false, issue.maximum];
  const unit = UNITS[String(issue.origin)];
  if (unit !== undefined) return `must have at ${least ? 'least' : 'most'} ${limit}${unit}`;
  if (issue.inclusive === false) return `must be ${least ? 'above' : 'below'} ${limit}`;
  return `must be at ${least ? 'least' : 'most'} ${limit}`;
}

/** The sentence for an issue that its schema gives none. */
function sentence(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${NOUNS[issue.expected] ?? issue.expected}`;
    case 'too_small':
    case 'too_big':
      return bound(issue);
    case 'invalid_value':
      return issue.input === undefined ? 'is required' : oneOf(issue.values);
    case 'invalid_union':
      return Array.isArray(issue.options) ? oneOf(issue.options) : 'has none of the forms that are allowed';
    default:
      return 'is not valid';
  }
}

/** Faults by kind: the answer's code depends on whether all of them are unknown names. */
export class Faults {
  readonly unknown: FieldFault[] = [];
  readonly invalid: FieldFault[] = [];

  add(path: string, message: string): void {
    this.invalid.push({ path, message });
  }

  addIssue(issue: z.core.$ZodIssue): void {
    const path = pathOf(issue.path);
    if (issue.code !== 'unrecognized_keys') {
      this.add(path || 'body', issue.message);
      return;
    }
    // A hostile body may hold a million of them.
    for (const key of issue.keys.slice(0, FAULTS_MAX)) {
      this.unknown.push({ path: childPath(path, key), message: 'is not a known field or parameter' });
    }
  }

  /** The parsed value, or undefined where it has faults, which are kept. */
  check<S extends Schema>(schema: S, value: unknown): z.output<S> | undefined {
    const parsed = schema.safeParse(value, { error: (issue) => sentence(issue) });
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues.slice(0, FAULTS_MAX)) this.addIssue(issue);
    return undefined;
  }

  /** One error for all faults; does nothing where there are none. */
  throwIfAny(): void {
    const errors = [...this.invalid, ...this.unknown].slice(0, FAULTS_MAX);
    const first = errors[0];
    if (first === undefined) return;
    const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
    const code = this.invalid.length > 0 ? 'invalid_field' : 'unknown_field';
    throw new AurenError(code, `${first.path} ${first.message}${more}.`, { errors });
  }
}

/** The parsed value, for inputs of one part. Throws one error for all faults. */
export function parsedBy<S extends Schema>(schema: S, value: unknown): z.output<S> {
  const faults = new Faults();
  const parsed = faults.check(schema, value);
  faults.throwIfAny();
  return parsed as z.output<S>;
}
