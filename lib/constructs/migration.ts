/**
 * Runs the `migrate` function in every deployment that changes it, its SQL files included, before the functions that rely on
 * the new schema are updated. A migration that fails rolls the deployment back.
 */
import { CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Trigger } from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';

/** The id that aws-cdk-lib gives to the one function behind all triggers of a stack. */
const PROVIDER = 'AWSCDK.TriggerCustomResourceProviderCustomResourceProvider';

export interface MigrationProps {
  migrate: LambdaFunction;
  stage: string;
  logRetention: RetentionDays;
}

export class Migration extends Construct {
  readonly #trigger: Trigger;

  constructor(scope: Construct, id: string, props: MigrationProps) {
    super(scope, id);
    this.#trigger = new Trigger(this, 'Trigger', {
      handler: props.migrate,
      timeout: props.migrate.timeout ?? Duration.minutes(5),
    });
    this.#giveHouseDefaults(props);
  }

  /** These are created and updated once the schema is there. */
  precedes(...lambdas: LambdaFunction[]): void {
    this.#trigger.executeBefore(...lambdas);
  }

  /** The provider is not ours to configure: without these its log group is kept for ever, and it runs on x86. */
  #giveHouseDefaults({ stage, logRetention }: MigrationProps): void {
    const handler = Stack.of(this).node.findChild(PROVIDER).node.findChild('Handler');
    if (!CfnResource.isCfnResource(handler)) throw new Error(`${PROVIDER} has no function any more`);
    const logs = new LogGroup(this, 'Logs', {
      logGroupName: `/auren/${stage}/migrate-trigger`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    handler.addPropertyOverride('LoggingConfig', { LogGroup: logs.logGroupName });
    handler.addPropertyOverride('Architectures', ['arm64']);
  }
}
