import { describe, expect, it } from 'vitest';
import { AUTHORIZER, HTTP_ROUTES, type HttpRoute } from '../../functions/routes.ts';
import { type Reference, Synthesized, type Value } from './synthesized.ts';

interface RouteProperties {
  ApiId: Reference;
  RouteKey: string;
  Target: { 'Fn::Join': [string, [string, Reference]] };
  AuthorizationType: string;
  AuthorizerId?: Reference;
}
interface AuthorizerProperties {
  ApiId: Reference;
  AuthorizerUri: Value;
  [property: string]: Value;
}

const ROUTES: readonly HttpRoute[] = HTTP_ROUTES;
const synthesized = new Synthesized();
const API_ID = synthesized.apiOf('HTTP').id;
const deployed = synthesized
  .all<RouteProperties>('AWS::ApiGatewayV2::Route')
  .map(([, { Properties }]) => Properties)
  .filter(({ ApiId }) => ApiId.Ref === API_ID);
const authorizers = synthesized
  .all<AuthorizerProperties>('AWS::ApiGatewayV2::Authorizer')
  .filter(([, { Properties }]) => Properties.ApiId.Ref === API_ID);
const keyOf = ({ method, path }: HttpRoute) => `${method} ${path}`;

function routeOf(route: HttpRoute): RouteProperties {
  const found = deployed.find(({ RouteKey }) => RouteKey === keyOf(route));
  if (!found) throw new Error(`${keyOf(route)} is not deployed`);
  return found;
}

describe('the HTTP API', () => {
  it('has the routes of the table and no other', () => {
    expect(deployed.map(({ RouteKey }) => RouteKey).sort()).toEqual(ROUTES.map(keyOf).sort());
  });

  it.each(ROUTES.map((route) => [keyOf(route), route] as const))('sends %s to its own function', (_, route) => {
    const { id } = synthesized.functionOf(route.name);

    const [, integration] = routeOf(route).Target['Fn::Join'][1];

    const target = synthesized.get('AWS::ApiGatewayV2::Integration', integration.Ref ?? '').Properties;
    expect(target).toMatchObject({
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': [id, 'Arn'] },
      PayloadFormatVersion: '2.0',
    });
  });

  it.each(ROUTES.map((route) => [keyOf(route), route] as const))(
    'lets API Gateway call %s on that path only',
    (_, route) => {
      const { id } = synthesized.functionOf(route.name);

      const permissions = synthesized
        .all<{ FunctionName: Reference; SourceArn: Value }>('AWS::Lambda::Permission')
        .filter(([, { Properties }]) => Properties.FunctionName['Fn::GetAtt']?.[0] === id);

      expect(permissions).toHaveLength(1);
      expect(JSON.stringify(permissions[0]?.[1].Properties.SourceArn)).toContain(`/*/*${route.path}"`);
    },
  );

  it.each(ROUTES.map((route) => [keyOf(route), route] as const))(
    'asks for a key before %s unless public',
    (_, route) => {
      const { AuthorizationType, AuthorizerId } = routeOf(route);

      const [authorizerId] = authorizers[0] ?? [];
      if (route.scope === null) expect([AuthorizationType, AuthorizerId]).toEqual(['NONE', undefined]);
      else expect([AuthorizationType, AuthorizerId]).toEqual(['CUSTOM', { Ref: authorizerId }]);
    },
  );

  it('believes its one authorizer by the Authorization header for as long as the table says', () => {
    const { id } = synthesized.functionOf(AUTHORIZER.name);

    expect(authorizers).toHaveLength(1);
    const properties = authorizers[0]?.[1].Properties;
    expect(properties).toMatchObject({
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: AUTHORIZER.cacheSeconds,
      IdentitySource: ['$request.header.Authorization'],
    });
    expect(JSON.stringify(properties?.AuthorizerUri)).toContain(`"${id}"`);
  });

  it('throttles, and logs JSON without keys, paths and ids', () => {
    const stage = synthesized.apiOf('HTTP').stage;

    expect(stage).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 5_000, ThrottlingBurstLimit: 2_500 },
    });
    const format = stage.AccessLogSettings.Format;
    expect(JSON.parse(format)).toMatchObject({ requestId: '$context.requestId', status: '$context.status' });
    expect(format).not.toMatch(/context\.path|header|authorizer\.principal/i);
  });

  it('answers no other origin unless the deployment names it', () => {
    const open = new Synthesized({ corsOrigins: 'https://a.example,https://b.example' });
    const corsOf = (from: Synthesized) => from.apiOf('HTTP').properties.CorsConfiguration;

    expect(corsOf(synthesized)).toBeUndefined();
    expect(corsOf(open)).toMatchObject({
      AllowOrigins: ['https://a.example', 'https://b.example'],
      AllowHeaders: expect.arrayContaining(['authorization', 'idempotency-key', 'if-match']),
      ExposeHeaders: expect.arrayContaining(['etag', 'x-request-id', 'server-timing']),
    });
    expect(corsOf(open)).not.toHaveProperty('AllowCredentials');
  });
});
