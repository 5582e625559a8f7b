import { describe, expect, it } from 'vitest';
import {
  HTTP_ROUTES,
  type HttpRoute,
  QUEUE_CONSUMERS,
  SCHEDULES,
  SOCKET_ROUTES,
  type SocketRoute,
} from '../../functions/routes.ts';
import { pascal } from '../../lib/names.ts';
import { actionsOf, type Statement, Synthesized } from './synthesized.ts';

const ROUTES: readonly HttpRoute[] = HTTP_ROUTES;
const SOCKETS: readonly SocketRoute[] = SOCKET_ROUTES;
/** What names functions that are made for a role, in the template. */
const INVOKED = [...SCHEDULES.map(({ name }) => pascal(name)), 'Migrate'];
const ROWS = [...ROUTES, ...SOCKETS, ...QUEUE_CONSUMERS, ...SCHEDULES];
const COMMITTING_SCOPES = ['memories:write', 'control', 'admin'];
const synthesized = new Synthesized();
const roles = synthesized.all('AWS::IAM::Role').map(([id]) => id);
const everything = roles.flatMap((id) => synthesized.statementsOf(id));
const allowing = (statements: Statement[], action: string) =>
  statements.filter((statement) => actionsOf(statement).some((name) => name.startsWith(action)));

describe('what roles may do', () => {
  it('names its actions', () => {
    expect(everything.flatMap(actionsOf).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('names its resources, but for the versions of a function that is invoked and the connections of the live feed', () => {
    const wild = everything.filter(({ Resource }) => /\*/.test(JSON.stringify(Resource)));
    const invoking = wild.filter((statement) => actionsOf(statement).includes('lambda:InvokeFunction'));
    const managing = wild.filter((statement) => actionsOf(statement).includes('execute-api:ManageConnections'));

    for (const { Resource } of invoking) {
      expect(JSON.stringify(Resource)).toMatch(
        new RegExp(`"Fn::GetAtt":\\["(${INVOKED.join('|')})Function\\w+","Arn"\\]\\},":\\*"`),
      );
    }
    expect(invoking).toHaveLength(INVOKED.length);
    expect(managing).toHaveLength(1);
    expect(wild.flatMap(actionsOf)).toHaveLength(INVOKED.length + 1);
  });

  it('reaches nothing from the public pages of the contract but their logs', () => {
    const actions = ['openapi', 'docs'].flatMap((name) => synthesized.rightsOf(name).flatMap(actionsOf));

    expect(new Set(actions)).toEqual(new Set(['logs:CreateLogStream', 'logs:PutLogEvents']));
  });

  it("takes no managed policy, but for the trigger's provider, which is not ours", () => {
    const managed = synthesized
      .all('AWS::IAM::Role')
      .filter(([, { Properties }]) => Properties.ManagedPolicyArns !== undefined)
      .map(([id]) => id);

    expect(managed).toEqual([expect.stringMatching(/^AWSCDKTriggerCustomResourceProvider/)]);
  });

  it('reads the one secret and writes none', () => {
    const statements = allowing(everything, 'secretsmanager:');

    const actions = new Set(statements.flatMap(actionsOf));
    const resources = new Set(statements.map(({ Resource }) => JSON.stringify(Resource)));
    expect([...actions].sort()).toEqual(['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue']);
    expect([...resources]).toEqual([expect.stringContaining(':secret:auren/dev/engines-??????"')]);
  });

  it('lets a function write to its own log group only', () => {
    for (const [, { Properties }] of synthesized.functions()) {
      const role = Properties.Role['Fn::GetAtt']?.[0] ?? '';
      for (const statement of allowing(synthesized.statementsOf(role), 'logs:')) {
        expect(statement.Resource).toEqual({ 'Fn::GetAtt': [Properties.LoggingConfig?.LogGroup.Ref, 'Arn'] });
      }
    }
  });
});

describe('pokes are published', () => {
  const due = [
    ...ROUTES.filter(
      ({ method, scope, tellsFeed }) => tellsFeed || (method !== 'GET' && COMMITTING_SCOPES.includes(scope ?? '')),
    ),
    ...SOCKETS.filter(({ answers }) => answers),
    ...SCHEDULES,
  ];
  const others = [...ROUTES, ...SOCKETS, ...QUEUE_CONSUMERS].filter(
    (row) => !due.some(({ name }) => name === row.name),
  );

  it.each(due.map(({ name }) => name))('by %s, which has something to tell', (name) => {
    const [topicId] = synthesized.all('AWS::SNS::Topic')[0] ?? [];

    const statements = allowing(synthesized.rightsOf(name), 'sns:');

    expect(statements).toEqual([{ Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: topicId } }]);
    const variables = synthesized.functionOf(name).resource.Properties.Environment?.Variables;
    expect(variables).toHaveProperty('AUREN_POKE_TOPIC_ARN', { Ref: topicId });
  });

  it.each(others.map(({ name }) => name))('never by %s', (name) => {
    expect(allowing(synthesized.rightsOf(name), 'sns:')).toEqual([]);
  });
});

describe('connections of the live feed', () => {
  it('are posted to and closed by the broadcaster alone, on the stage of this one API', () => {
    const posting = ROWS.filter(({ name }) => allowing(synthesized.rightsOf(name), 'execute-api:').length > 0);
    const [statement] = allowing(synthesized.rightsOf('broadcast-events'), 'execute-api:');
    const apiId = synthesized.apiOf('WEBSOCKET').id;

    expect(posting.map(({ name }) => name)).toEqual(['broadcast-events']);
    expect(statement).toMatchObject({ Effect: 'Allow', Action: 'execute-api:ManageConnections' });
    const resources = [statement?.Resource].flat().map((resource) => JSON.stringify(resource));
    expect(resources).toEqual([
      expect.stringContaining(`{"Ref":"${apiId}"},"/live/DELETE/@connections/*"`),
      expect.stringContaining(`{"Ref":"${apiId}"},"/live/POST/@connections/*"`),
    ]);
  });

  it('have an address that the broadcaster alone is told', () => {
    const told = ROWS.filter(({ name }) =>
      Object.hasOwn(
        synthesized.functionOf(name).resource.Properties.Environment?.Variables ?? {},
        'AUREN_SOCKET_ENDPOINT',
      ),
    );

    expect(told.map(({ name }) => name)).toEqual(['broadcast-events']);
  });
});

describe('a model on Bedrock', () => {
  const bedrock = new Synthesized({ embeddingModel: 'bedrock:amazon.titan-embed-text-v2:0' });

  it('may be called by the functions that embed, and brings no layer', () => {
    const embedding = [...ROUTES, ...QUEUE_CONSUMERS].filter(({ needs }) => 'embedding' in needs);

    expect(bedrock.all('AWS::Lambda::LayerVersion')).toEqual([]);
    for (const { name } of embedding) {
      const statements = allowing(bedrock.rightsOf(name), 'bedrock:');
      expect(statements.flatMap(actionsOf)).toEqual(['bedrock:InvokeModel']);
      expect(JSON.stringify(statements[0]?.Resource)).toContain('::foundation-model/amazon.titan-embed-text-v2:0"');
    }
    expect(allowing(bedrock.rightsOf('store-memory'), 'bedrock:')).toEqual([]);
  });
});
