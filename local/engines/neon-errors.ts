/**
 * Which errors are PostgreSQL's answer (400 with its fields, what the client turns into a NeonDbError with `code`) and
 * which say that PostgreSQL did not answer: 503 before anything was sent, 502 when the connection broke on the way and
 * nobody knows whether the statement took effect.
 */
import { DatabaseError } from 'pg';
import type { Answer } from './http-front.ts';

/** A request this endpoint refuses, in the shape of a PostgreSQL error. */
export class RequestError extends Error {
  readonly code: string;
  /** 08P01: protocol violation. */
  constructor(message: string, code = '08P01') {
    super(message);
    this.code = code;
  }
}

/** No connection could be had; nothing was sent. */
export class Unreachable extends Error {
  constructor(cause: Error) {
    super(`PostgreSQL is not reachable: ${cause.message || (cause as NodeJS.ErrnoException).code}`, { cause });
  }
}

const FIELDS = [
  ...['severity', 'code', 'detail', 'hint', 'position', 'internalPosition', 'internalQuery', 'where'],
  ...['schema', 'table', 'column', 'dataType', 'constraint', 'file', 'line', 'routine'],
] as const;

/** The server goes down, comes up or is full: 57P01 to 57P03, 53300, and class 08. */
const NOT_SERVING = /^(57P0[123]|53300|08...)$/;

export function errorAnswer(error: unknown): Answer {
  if (error instanceof RequestError) {
    return { status: 400, body: { message: error.message, code: error.code, severity: 'ERROR' } };
  }
  if (error instanceof Unreachable) return { status: 503, body: { message: error.message } };
  if (error instanceof DatabaseError) {
    const fields = Object.fromEntries(FIELDS.map((field) => [field, error[field] ?? null]));
    const status = NOT_SERVING.test(error.code ?? '') ? 503 : 400;
    return { status, body: { message: error.message, ...fields } };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { status: 502, body: { message: `PostgreSQL closed the connection, the outcome is unknown: ${reason}` } };
}
