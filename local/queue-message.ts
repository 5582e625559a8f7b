/** A message of the local queue, and the event in which SQS hands it to a function. */
import { createHash, randomUUID } from 'node:crypto';
import type { SQSEvent } from 'aws-lambda';

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly sentAtMs: number;
  firstReceivedAtMs: number | undefined;
  receives: number;
}

export const messageFor = (tenantId: string): Message => ({
  id: randomUUID(),
  body: JSON.stringify({ tenant_id: tenantId }),
  sentAtMs: Date.now(),
  firstReceivedAtMs: undefined,
  receives: 0,
});

/** Whether a function's answer names messages of its batch as failed. */
export const namesFailures = (answer: unknown): boolean =>
  typeof answer === 'object' &&
  answer !== null &&
  'batchItemFailures' in answer &&
  Array.isArray(answer.batchItemFailures) &&
  answer.batchItemFailures.length > 0;

/** As SQS delivers a raw SNS message to Lambda. */
export function sqsEvent(queue: string, { id, body, sentAtMs, firstReceivedAtMs, receives }: Message): SQSEvent {
  return {
    Records: [
      {
        messageId: id,
        receiptHandle: `${id}#${receives}`,
        body,
        attributes: {
          ApproximateReceiveCount: String(receives),
          SentTimestamp: String(sentAtMs),
          SenderId: 'local',
          ApproximateFirstReceiveTimestamp: String(firstReceivedAtMs ?? sentAtMs),
        },
        messageAttributes: {},
        md5OfBody: createHash('md5').update(body).digest('hex'),
        eventSource: 'aws:sqs',
        eventSourceARN: `arn:aws:sqs:local:000000000000:${queue}`,
        awsRegion: 'local',
      },
    ],
  };
}
