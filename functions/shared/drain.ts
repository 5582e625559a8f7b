/** Consumers of the log as SQS functions: a batch of pokes becomes one drain a tenant, each within its share of the time left. */
import { AurenError } from '@auren/memory/errors.ts';
import type { DrainReport } from '@auren/memory/feed/consumer.ts';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { describeError, log } from './log.ts';

export interface Drainer {
  drain(tenantId: string, deadline: Date): Promise<DrainReport>;
}

export interface DrainHandler {
  (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<SQSBatchResponse>;
  /** The same consumer on another composed object: for tests. */
  with(compose: () => Promise<Drainer>): DrainHandler;
}

/** Kept back to release the lease and to answer before Lambda cuts the function off. */
const MARGIN_MS = 3_000;

/** The tenant that a poke names. Throws on what is no poke: it comes again until it lies with the dead letters. */
function tenantOf(body: string): string {
  const poke: unknown = JSON.parse(body);
  const tenantId = typeof poke === 'object' && poke !== null && 'tenant_id' in poke ? poke.tenant_id : undefined;
  if (typeof tenantId === 'string' && tenantId !== '') return tenantId;
  throw new AurenError('invalid_field', 'A poke must hold a tenant_id.');
}

/** Messages by tenant; what cannot be read is failed at once. */
function group(event: SQSEvent, failed: string[]): Map<string, string[]> {
  const byTenant = new Map<string, string[]>();
  for (const { messageId, body } of event.Records) {
    try {
      const tenantId = tenantOf(body);
      byTenant.set(tenantId, [...(byTenant.get(tenantId) ?? []), messageId]);
    } catch (error) {
      log('error', 'a poke could not be read', { message_id: messageId, error: describeError(error) });
      failed.push(messageId);
    }
  }
  return byTenant;
}

/** Done, or in the hands of another consumer that was told to look again. Otherwise the message comes back and goes on. */
const isSettled = (report: DrainReport) => report.caughtUp || report.heldElsewhere;

/** `together`: the tenants of a batch at once, for a consumer whose drains mostly wait. Else one after the other, each in its share of the time. */
export function draining(consumer: string, compose: () => Promise<Drainer>, { together = false } = {}): DrainHandler {
  const drained = async (tenantId: string, deadline: Date): Promise<boolean> => {
    try {
      const report = await (await compose()).drain(tenantId, deadline);
      if (report.parked > 0) log('warn', 'events were parked', { consumer, ...report });
      return isSettled(report);
    } catch (error) {
      log('error', 'a drain failed', { consumer, tenant_id: tenantId, error: describeError(error) });
      return false;
    }
  };

  const handle = async (
    event: SQSEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SQSBatchResponse> => {
    const failed: string[] = [];
    const byTenant = [...group(event, failed)];
    const drainWithin = async (tenantId: string, messageIds: readonly string[], share: number) => {
      const leftMs = context.getRemainingTimeInMillis() - MARGIN_MS;
      const settled = leftMs > 0 && (await drained(tenantId, new Date(Date.now() + leftMs / share)));
      if (!settled) failed.push(...messageIds);
    };
    if (together) await Promise.all(byTenant.map(([tenantId, messageIds]) => drainWithin(tenantId, messageIds, 1)));
    else {
      for (const [index, [tenantId, messageIds]] of byTenant.entries())
        await drainWithin(tenantId, messageIds, byTenant.length - index);
    }
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
  return Object.assign(handle, { with: (other: () => Promise<Drainer>) => draining(consumer, other, { together }) });
}
