/**
 * The one secret with the engines' credentials, imported by name. The stack does not create it: the first deployment already
 * migrates the database with it, and the master key in it must outlive `cdk destroy`. Its value is JSON with the keys
 * DATABASE_URL, UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, CHROMA_* and AUREN_MASTER_KEY.
 */
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export class EngineSecret extends Construct {
  readonly #secret: ISecret;

  constructor(scope: Construct, id: string, secretName: string) {
    super(scope, id);
    this.#secret = Secret.fromSecretNameV2(this, 'Secret', secretName);
  }

  /** The function may read the secret and learns its address, never a value: values do not belong in a template. */
  bind(lambda: LambdaFunction): void {
    this.#secret.grantRead(lambda);
    lambda.addEnvironment('AUREN_SECRET_ARN', this.#secret.secretArn);
  }
}
