/** A consumer of the log: a queue of its own on the topic, its dead letters, and the function that drains it. */
import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetterQueue } from './dead-letters.ts';

/** What AWS advises: a throttled batch is tried again within the visibility of its messages. */
const VISIBILITY_PER_TIMEOUT = 6;
/** A poke older than this says nothing that the minute schedule has not healed. */
const POKE_RETENTION = Duration.hours(4);
/** A burst of pokes of many tenants must not take the concurrency (1,000 by default) that requests need. */
const CONCURRENCY_MAX = 50;

export interface PokeConsumerProps {
  topic: Topic;
  lambda: LambdaFunction;
  timeoutSeconds: number;
  batchSize: number;
  /** A message is tried this often, then it is a dead letter. */
  maxReceives: number;
}

export class PokeConsumer extends Construct {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: PokeConsumerProps) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters');
    const queue = new Queue(this, 'Queue', {
      visibilityTimeout: Duration.seconds(VISIBILITY_PER_TIMEOUT * props.timeoutSeconds),
      retentionPeriod: POKE_RETENTION,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.maxReceives },
    });
    props.topic.addSubscription(
      new SqsSubscription(queue, { rawMessageDelivery: true, deadLetterQueue: this.deadLetters }),
    );
    props.lambda.addEventSource(
      new SqsEventSource(queue, {
        batchSize: props.batchSize,
        maxConcurrency: CONCURRENCY_MAX,
        reportBatchItemFailures: true,
      }),
    );
  }
}
