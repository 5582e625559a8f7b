/** A function that EventBridge Scheduler calls every so many minutes. It may be called twice; what fails is a dead letter. */
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetterQueue } from './dead-letters.ts';

/** Deliveries that fail are tried again until the next run is due, which does the same work. */
const DELIVERY_RETRIES = 2;

export interface ScheduledRunProps {
  lambda: LambdaFunction;
  everyMinutes: number;
}

export class ScheduledRun extends Construct {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: ScheduledRunProps) {
    super(scope, id);
    const period = Duration.minutes(props.everyMinutes);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters');
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue, of a schedule and of a function: the rule only knows those of queues.',
    });
    // Scheduler invokes asynchronously: it sees deliveries fail, only Lambda sees a run fail. The next run is the retry.
    props.lambda.configureAsyncInvoke({
      retryAttempts: 0,
      maxEventAge: period,
      onFailure: new SqsDestination(this.deadLetters),
    });
    new Schedule(this, 'Schedule', {
      schedule: ScheduleExpression.rate(period),
      target: new LambdaInvoke(props.lambda, {
        role: this.#role(props.lambda),
        deadLetterQueue: this.deadLetters,
        retryAttempts: DELIVERY_RETRIES,
        maxEventAge: period,
      }),
    });
  }

  #role(lambda: LambdaFunction): Role {
    const stack = Stack.of(this);
    const role = new Role(this, 'Role', {
      // The condition keeps another account's schedule from borrowing the role (confused deputy).
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
      }),
    });
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${stack.resolve(lambda.functionArn)['Fn::GetAtt'][0]}.Arn>:*]`,
      reason: 'The scheduler target grants the versions of this one function beside the function itself, nothing else.',
    });
    return role;
  }
}
