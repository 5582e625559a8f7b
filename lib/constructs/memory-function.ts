/** A Lambda function with the house's defaults: arm64, Node 24, a role and a log group of its own, and only the rights it is bound to. */
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Needs } from '../../functions/routes.ts';
import { BUNDLING } from './bundling.ts';

/** What all functions of a deployment share. */
export interface House {
  /** The project's directory. */
  root: string;
  stage: string;
  logRetention: RetentionDays;
  environment: Record<string, string>;
}

/** A row of the route table: the function is `functions/<folder>/<name>.ts`. */
export interface MemoryFunctionProps {
  house: House;
  folder: string;
  name: string;
  needs: Needs;
  bundling?: BundlingOptions;
}

export class MemoryFunction extends Construct {
  readonly lambda: NodejsFunction;

  constructor(scope: Construct, id: string, { house, folder, name, needs, bundling = BUNDLING }: MemoryFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/auren/${house.stage}/${name}`,
      retention: house.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // A role given is a role without AWSLambdaBasicExecutionRole, which writes to every log group of the account.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    this.lambda = new NodejsFunction(this, 'Function', {
      entry: join(house.root, 'functions', folder, `${name}.ts`),
      projectRoot: house.root,
      depsLockFilePath: join(house.root, 'package-lock.json'),
      bundling,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(needs.timeoutSeconds),
      memorySize: needs.memoryMb,
      environment: { ...house.environment },
      // Off: every answer names its parts in Server-Timing, and X-Ray takes a right on every resource.
      tracing: Tracing.DISABLED,
      awsSdkConnectionReuse: false,
    });
  }
}
