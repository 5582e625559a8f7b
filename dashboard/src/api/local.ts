/** What only the local run has: its clock, and functions that are run by hand. */
import type { SCHEDULES } from '../../../functions/routes.ts';
import { call } from './client.ts';

export type RunnableName = (typeof SCHEDULES)[number]['name'];

export interface LocalTime {
  now: string;
  offset_days: number;
}

export const getClock = (signal: AbortSignal) => call<LocalTime>('GET', '/_local/clock', { signal });

export const advanceClock = (days: number) =>
  call<LocalTime>('POST', '/_local/clock', { body: { advance_days: days } });

/** Answers the function's own report. */
export const runFunction = (name: RunnableName) => call<unknown>('POST', `/_local/run/${name}`);
