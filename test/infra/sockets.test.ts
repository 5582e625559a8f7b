import { describe, expect, it } from 'vitest';
import { SOCKET_AUTHORIZER, SOCKET_ROUTES, type SocketRoute } from '../../functions/routes.ts';
import { type Reference, Synthesized, type Value } from './synthesized.ts';

interface RouteProperties {
  ApiId: Reference;
  RouteKey: string;
  Target: { 'Fn::Join': [string, [string, Reference]] };
  AuthorizationType?: string;
  AuthorizerId?: Reference;
  RouteResponseSelectionExpression?: string;
}
interface AuthorizerProperties {
  ApiId: Reference;
  AuthorizerType: string;
  AuthorizerUri: Value;
  IdentitySource?: string[];
}

const ROUTES: readonly SocketRoute[] = SOCKET_ROUTES;
const BY_KEY = ROUTES.map((route) => [route.routeKey, route] as const);
const synthesized = new Synthesized();
const api = synthesized.apiOf('WEBSOCKET');
const deployed = synthesized
  .all<RouteProperties>('AWS::ApiGatewayV2::Route')
  .filter(([, { Properties }]) => Properties.ApiId.Ref === api.id);

function routeOf(key: string): [id: string, properties: RouteProperties] {
  const found = deployed.find(([, { Properties }]) => Properties.RouteKey === key);
  if (!found) throw new Error(`${key} is not deployed`);
  return [found[0], found[1].Properties];
}

describe('the WebSocket API', () => {
  it('has the routes of the table and no other', () => {
    const keys = deployed.map(([, { Properties }]) => Properties.RouteKey);

    expect(keys.sort()).toEqual(ROUTES.map(({ routeKey }) => routeKey).sort());
  });

  it.each(BY_KEY)('sends %s to its own function, which it alone may call', (key, { name }) => {
    const { id } = synthesized.functionOf(name);
    const [, { Target }] = routeOf(key);

    const integration = synthesized.get('AWS::ApiGatewayV2::Integration', Target['Fn::Join'][1][1].Ref ?? '');
    const permissions = synthesized
      .all<{ FunctionName: Reference; SourceArn: Value }>('AWS::Lambda::Permission')
      .filter(([, { Properties }]) => Properties.FunctionName['Fn::GetAtt']?.[0] === id);

    expect(integration.Properties.IntegrationType).toBe('AWS_PROXY');
    expect(JSON.stringify(integration.Properties.IntegrationUri)).toContain(`"${id}"`);
    expect(permissions).toHaveLength(1);
    expect(JSON.stringify(permissions[0]?.[1].Properties.SourceArn)).toContain(`{"Ref":"${api.id}"},"/*${key}"`);
  });

  it.each(BY_KEY)('gives the client what %s answers only where the table says so', (key, { answers }) => {
    const [routeId, { RouteResponseSelectionExpression }] = routeOf(key);

    const responses = synthesized
      .all<{ RouteId: Reference; RouteResponseKey: string }>('AWS::ApiGatewayV2::RouteResponse')
      .filter(([, { Properties }]) => Properties.RouteId.Ref === routeId);

    expect(RouteResponseSelectionExpression).toBe(answers ? '$default' : undefined);
    expect(responses.map(([, { Properties }]) => Properties.RouteResponseKey)).toEqual(answers ? ['$default'] : []);
  });

  it('asks its authorizer at $connect, the only route that can have one, and without an identity source', () => {
    const { id } = synthesized.functionOf(SOCKET_AUTHORIZER.name);
    const authorizers = synthesized
      .all<AuthorizerProperties>('AWS::ApiGatewayV2::Authorizer')
      .filter(([, { Properties }]) => Properties.ApiId.Ref === api.id);

    const [, connect] = routeOf('$connect');

    expect(authorizers).toHaveLength(1);
    const [authorizerId, authorizer] = authorizers[0] ?? [];
    expect(connect).toMatchObject({ AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: authorizerId } });
    expect(authorizer?.Properties).toMatchObject({ AuthorizerType: 'REQUEST', IdentitySource: [] });
    expect(JSON.stringify(authorizer?.Properties.AuthorizerUri)).toContain(`"${id}"`);
    for (const key of ['$default', '$disconnect']) expect(routeOf(key)[1]).not.toHaveProperty('AuthorizerId');
  });

  it('throttles, and logs JSON without headers: there the tickets are', () => {
    expect(api.stage).toMatchObject({
      StageName: 'live',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 5_000, ThrottlingBurstLimit: 2_500 },
    });
    const format = api.stage.AccessLogSettings.Format;
    expect(JSON.parse(format)).toMatchObject({ connectionId: '$context.connectionId', status: '$context.status' });
    expect(format).not.toMatch(/header|authorizer\.(principal|tenant)/i);
  });

  it('is known to the stack by its address', () => {
    expect(synthesized.stack.resolve(synthesized.stack.socketUrl)).toEqual(synthesized.outputs().SocketUrl?.Value);
  });
});
