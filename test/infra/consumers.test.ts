import { describe, expect, it } from 'vitest';
import { QUEUE_CONSUMERS, SCHEDULES } from '../../functions/routes.ts';
import { type Reference, Synthesized, type Value } from './synthesized.ts';

interface QueueProperties {
  SqsManagedSseEnabled: boolean;
  MessageRetentionPeriod: number;
  VisibilityTimeout: number;
  RedrivePolicy?: { deadLetterTargetArn: Reference; maxReceiveCount: number };
}
interface PolicyProperties {
  Queues: Reference[];
  PolicyDocument: { Statement: { Effect: string; Condition?: Value }[] };
}

const DEAD_LETTER_SECONDS = 14 * 24 * 3_600;
const synthesized = new Synthesized();
const attribute = (reference?: Reference) => reference?.['Fn::GetAtt']?.[0] ?? '';
const queueOf = (id: string) => synthesized.get<QueueProperties>('AWS::SQS::Queue', id).Properties;

describe.each(QUEUE_CONSUMERS.map((consumer) => [consumer.name, consumer] as const))(
  'the consumer %s',
  (name, consumer) => {
    const { id } = synthesized.functionOf(name);
    const [source] = synthesized
      .all<{ FunctionName: Reference; EventSourceArn: Reference }>('AWS::Lambda::EventSourceMapping')
      .filter(([, { Properties }]) => Properties.FunctionName.Ref === id);
    const queueId = attribute(source?.[1].Properties.EventSourceArn);

    it('is fed by its own queue, and returns what it could not handle', () => {
      expect(source?.[1].Properties).toMatchObject({
        BatchSize: consumer.batchSize,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      });
      expect(queueOf(queueId).VisibilityTimeout).toBe(6 * consumer.needs.timeoutSeconds);
    });

    it('hears every poke as it was sent', () => {
      const [topicId] = synthesized.all('AWS::SNS::Topic')[0] ?? [];
      const subscriptions = synthesized
        .all<{ Endpoint: Reference }>('AWS::SNS::Subscription')
        .filter(([, { Properties }]) => attribute(Properties.Endpoint) === queueId);

      expect(subscriptions).toHaveLength(1);
      expect(subscriptions[0]?.[1].Properties).toMatchObject({
        TopicArn: { Ref: topicId },
        Protocol: 'sqs',
        RawMessageDelivery: true,
      });
    });

    it('keeps for 14 days what failed too often', () => {
      const { RedrivePolicy } = queueOf(queueId);

      expect(RedrivePolicy?.maxReceiveCount).toBe(consumer.maxReceives);
      expect(queueOf(attribute(RedrivePolicy?.deadLetterTargetArn)).MessageRetentionPeriod).toBe(DEAD_LETTER_SECONDS);
    });
  },
);

interface ScheduleProperties {
  State: string;
  /** `rate(15 minutes)`, `rate(6 hours)`. */
  ScheduleExpression: string;
  Target: { Arn: Reference; DeadLetterConfig: { Arn: Reference } };
}

describe.each(SCHEDULES.map((schedule) => [schedule.name, schedule] as const))('the schedule %s', (name, schedule) => {
  const { id } = synthesized.functionOf(name);
  const [entry] = synthesized
    .all<ScheduleProperties>('AWS::Scheduler::Schedule')
    .filter(([, { Properties }]) => attribute(Properties.Target.Arn) === id);

  it('runs as often as the table says', () => {
    const [, count, unit = ''] =
      /^rate\((\d+) (minute|hour)s?\)$/.exec(entry?.[1].Properties.ScheduleExpression ?? '') ?? [];
    const minutes = { minute: 1, hour: 60 }[unit] ?? Number.NaN;
    expect([entry?.[1].Properties.State, Number(count) * minutes]).toEqual(['ENABLED', schedule.everyMinutes]);
  });

  it('keeps for 14 days a call that was not delivered and a run that failed', () => {
    const undelivered = attribute(entry?.[1].Properties.Target.DeadLetterConfig.Arn);
    const [failed] = synthesized
      .all<{ FunctionName: Reference; DestinationConfig: Value }>('AWS::Lambda::EventInvokeConfig')
      .filter(([, { Properties }]) => Properties.FunctionName.Ref === id);

    expect(queueOf(undelivered).MessageRetentionPeriod).toBe(DEAD_LETTER_SECONDS);
    expect(failed?.[1].Properties.DestinationConfig).toEqual({
      OnFailure: { Destination: { 'Fn::GetAtt': [undelivered, 'Arn'] } },
    });
  });
});

describe('every queue', () => {
  it.each(synthesized.all<QueueProperties>('AWS::SQS::Queue'))(
    '%s is encrypted and refuses plain HTTP',
    (id, queue) => {
      const policies = synthesized
        .all<PolicyProperties>('AWS::SQS::QueuePolicy')
        .filter(([, { Properties }]) => Properties.Queues.some(({ Ref }) => Ref === id));

      expect(queue.Properties.SqsManagedSseEnabled).toBe(true);
      expect(policies.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    },
  );
});
