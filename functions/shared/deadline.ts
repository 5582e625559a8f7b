/** Until when a function may begin another step: shortly before Lambda would cut it off. */
import type { Context } from 'aws-lambda';

export const deadlineOf = (context: Partial<Context>, marginMs: number, defaultMs: number): Date =>
  new Date(Date.now() + (context.getRemainingTimeInMillis?.() ?? defaultMs) - marginMs);
