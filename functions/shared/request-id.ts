/** The id under which a request appears in answers, events and logs: the client's if it is sane, else the gateway's. */
import { randomUUID } from 'node:crypto';
import { type HttpEvent, headerOf } from './http-event.ts';

const SANE = /^[\w.:=+/-]{1,128}$/;

export function requestIdOf(event: HttpEvent, awsRequestId: string | undefined): string {
  const candidates = [headerOf(event, 'x-request-id'), event.requestContext.requestId, awsRequestId];
  return candidates.find((id) => id !== undefined && SANE.test(id)) ?? randomUUID();
}
