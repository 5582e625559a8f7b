/** The HTTP API: the route table's routes, each to its own function, the authorizer before all that are not public. */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { CORS, type HttpRoute } from '../../functions/routes.ts';
import { ACCESS_LOG } from './access-log.ts';

export interface HttpGatewayProps {
  stage: string;
  authorizer: LambdaFunction;
  /** How long API Gateway believes the authorizer's answer for the same Authorization header. */
  authorizerCacheSeconds: number;
  corsOrigins: string[];
  throttleRatePerSecond: number;
  throttleBurst: number;
  logRetention: RetentionDays;
}

export class HttpGateway extends Construct {
  readonly #api: HttpApi;
  readonly #authorizer: HttpLambdaAuthorizer;

  constructor(scope: Construct, id: string, props: HttpGatewayProps) {
    super(scope, id);
    this.#api = new HttpApi(this, 'Api', {
      apiName: `auren-${props.stage}`,
      createDefaultStage: false,
      ...(props.corsOrigins.length > 0 && { corsPreflight: cors(props.corsOrigins) }),
    });
    this.#authorizer = new HttpLambdaAuthorizer('ApiKey', props.authorizer, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ['$request.header.Authorization'],
      resultsCacheTtl: Duration.seconds(props.authorizerCacheSeconds),
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.#api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: props.throttleRatePerSecond, burstLimit: props.throttleBurst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.#accessLogs(props)),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
  }

  get url(): string {
    return this.#api.apiEndpoint;
  }

  addRoute(route: HttpRoute, lambda: LambdaFunction): void {
    const added = this.#api.addRoutes({
      path: route.path,
      methods: [HttpMethod[route.method]],
      integration: new HttpLambdaIntegration('Integration', lambda),
      authorizer: route.scope === null ? new HttpNoneAuthorizer() : this.#authorizer,
    });
    if (route.scope !== null) return;
    for (const open of added) {
      Validations.of(open).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: `"${route.summary}" is public by contract: it shows the contract or whether the engines answer, no memory.`,
      });
    }
  }

  #accessLogs({ stage, logRetention }: HttpGatewayProps): LogGroup {
    return new LogGroup(this, 'AccessLogs', {
      // Under this prefix deliveries need no entry of their own in the account's log policy, which has 5,120 bytes.
      logGroupName: `/aws/vendedlogs/auren/${stage}/http`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

/** Keys travel in a header, never in a cookie: no credentials. */
function cors(allowOrigins: string[]): CorsPreflightOptions {
  return {
    allowOrigins,
    allowMethods: CORS.methods.map((method) => CorsHttpMethod[method]),
    allowHeaders: [...CORS.requestHeaders],
    exposeHeaders: [...CORS.answerHeaders],
    maxAge: Duration.seconds(CORS.preflightSeconds),
  };
}
