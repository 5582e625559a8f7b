/**
 * The topic that tells the log's consumers that a tenant has something new. A poke is `{tenant_id}` and nothing else, and one
 * that is lost is healed by a schedule: no encryption key of our own, whose requests would cost more than the pokes.
 */
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export class PokeTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
  }

  /** Tells a function the address. That is no right: what composes the domain wants to know it, whether it pokes or not. */
  introduce(lambda: LambdaFunction): void {
    lambda.addEnvironment('AUREN_POKE_TOPIC_ARN', this.topic.topicArn);
  }

  /** For functions that commit. */
  grantPublish(lambda: LambdaFunction): void {
    this.topic.grantPublish(lambda);
  }
}
