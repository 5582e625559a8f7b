/** Where messages end that could not be handled: kept as long as SQS keeps anything, encrypted, TLS only. */
import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** The maximum of SQS: time to notice, mend and redrive. */
const RETENTION = Duration.days(14);

export function deadLetterQueue(scope: Construct, id: string): Queue {
  return new Queue(scope, id, {
    retentionPeriod: RETENTION,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
  });
}
