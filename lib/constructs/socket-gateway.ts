/** The WebSocket API: the table's routes, the authorizer before `$connect`, and the right to post to its connections. */
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { LogGroupLogDestination, WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { SocketRoute } from '../../functions/routes.ts';
import { SOCKET_ACCESS_LOG } from './access-log.ts';

/** Part of the address that clients connect to. */
const STAGE_NAME = 'live';
const CONNECT = '$connect';

export interface SocketGatewayProps {
  stage: string;
  authorizer: LambdaFunction;
  throttleRatePerSecond: number;
  throttleBurst: number;
  logRetention: RetentionDays;
}

export class SocketGateway extends Construct {
  readonly #api: WebSocketApi;
  readonly #authorizer: WebSocketLambdaAuthorizer;
  readonly #stage: WebSocketStage;

  constructor(scope: Construct, id: string, props: SocketGatewayProps) {
    super(scope, id);
    this.#api = new WebSocketApi(this, 'Api', {
      apiName: `auren-${props.stage}-live`,
      // Every message goes to $default: the function names an unknown action to the client, a missing route could not.
      routeSelectionExpression: '$request.body.action',
    });
    // No identity source: a browser has only the ticket among its subprotocols, and what is missing is refused before the function.
    this.#authorizer = new WebSocketLambdaAuthorizer('KeyOrTicket', props.authorizer, { identitySource: [] });
    this.#stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.#api,
      stageName: STAGE_NAME,
      autoDeploy: true,
      throttle: { rateLimit: props.throttleRatePerSecond, burstLimit: props.throttleBurst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.#accessLogs(props)),
        format: AccessLogFormat.custom(JSON.stringify(SOCKET_ACCESS_LOG)),
      },
    });
  }

  /** `wss://...`: what clients connect to. */
  get url(): string {
    return this.#stage.url;
  }

  addRoute({ name, routeKey, answers }: SocketRoute, lambda: LambdaFunction): void {
    const isConnect = routeKey === CONNECT;
    const added = this.#api.addRoute(routeKey, {
      integration: new WebSocketLambdaIntegration('Integration', lambda),
      returnResponse: answers === true,
      ...(isConnect && { authorizer: this.#authorizer }),
    });
    if (isConnect) return;
    Validations.of(added).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: `"${name}" is behind $connect, the one route of a WebSocket API that can have an authorizer: what it allowed holds for the connection.`,
    });
  }

  /** Lets a function post to connections and close them, and tells it where. */
  bind(lambda: LambdaFunction): void {
    lambda.addEnvironment('AUREN_SOCKET_ENDPOINT', this.#stage.callbackUrl);
    const stack = Stack.of(this);
    const paths = ['POST', 'DELETE'].map((method) => `${STAGE_NAME}/${method}/@connections/*`);
    const resources = paths.map((resourceName) =>
      stack.formatArn({ service: 'execute-api', resource: this.#api.apiId, resourceName }),
    );
    lambda.addToRolePolicy(new PolicyStatement({ actions: ['execute-api:ManageConnections'], resources }));
    const api = `arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${stack.resolve(this.#api.apiId).Ref}>`;
    for (const path of paths) {
      Validations.of(lambda.role ?? lambda).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${api}/${path}]`,
        reason: 'Connections come and go; the right is bound to the stage of this one API and to posting and closing.',
      });
    }
  }

  #accessLogs({ stage, logRetention }: SocketGatewayProps): LogGroup {
    return new LogGroup(this, 'AccessLogs', {
      logGroupName: `/aws/vendedlogs/auren/${stage}/socket`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
