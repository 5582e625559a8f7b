/** The stack as CloudFormation would get it, synthesized without bundling, with questions that tests ask of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MemoryStack } from '../../lib/memory-stack.ts';
import { readSettings } from '../../lib/settings.ts';

export const ROOT = join(import.meta.dirname, '../..');

/** What a template's value may be; tests compare it, they do not compute with it. */
export type Value = unknown;
export interface Reference {
  Ref?: string;
  'Fn::GetAtt'?: [string, string];
}
export interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: Value;
}
interface Resource<P> {
  Type: string;
  Properties: P;
  DependsOn?: string[];
}
export interface FunctionProperties {
  Architectures: string[];
  Runtime: string;
  Timeout: number;
  MemorySize: number;
  Role: Reference;
  Layers?: Reference[];
  LoggingConfig?: { LogGroup: Reference };
  Environment?: { Variables: Record<string, Value> };
  TracingConfig?: Value;
  ReservedConcurrentExecutions?: number;
}
interface ApiProperties {
  ProtocolType: 'HTTP' | 'WEBSOCKET';
  [property: string]: Value;
}
interface StageProperties {
  ApiId: Reference;
  AccessLogSettings: { Format: string };
}
interface RoleProperties {
  ManagedPolicyArns?: Value[];
  Policies?: { PolicyDocument: { Statement: Statement[] } }[];
}
interface PolicyProperties {
  PolicyDocument: { Statement: Statement[] };
  Roles: Reference[];
}

export class Synthesized {
  readonly app: App;
  readonly stack: MemoryStack;
  readonly #template: { Resources: Record<string, Resource<Value>>; Outputs: Record<string, { Value: Value }> };

  /** `context` holds what `-c` would give. */
  constructor(context: Record<string, Value> = {}) {
    const flags: Record<string, Value> = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')).context;
    this.app = new App({ context: { ...flags, 'aws:cdk:bundling-stacks': [] } });
    this.stack = new MemoryStack(this.app, 'Memory', { root: ROOT, settings: readSettings(context) });
    const { Resources, Outputs } = Template.fromStack(this.stack).toJSON();
    this.#template = { Resources, Outputs };
  }

  /** Resources of a type by their logical id. The caller names the properties' shape: a template has no types. */
  all<P = Record<string, Value>>(type: string): [id: string, resource: Resource<P>][] {
    return Object.entries(this.#template.Resources).filter(
      (entry): entry is [string, Resource<P>] => entry[1].Type === type,
    );
  }

  get size(): number {
    return Object.keys(this.#template.Resources).length;
  }

  get<P = Record<string, Value>>(type: string, id: string): Resource<P> {
    const found = this.all<P>(type).find(([candidate]) => candidate === id);
    if (!found) throw new Error(`the template has no ${type} ${id}`);
    return found[1];
  }

  outputs(): Record<string, { Value: Value }> {
    return this.#template.Outputs;
  }

  functions(): [id: string, resource: Resource<FunctionProperties>][] {
    return this.all<FunctionProperties>('AWS::Lambda::Function');
  }

  /** The function of a row of the route table; its log group carries the row's name. */
  functionOf(name: string): { id: string; resource: Resource<FunctionProperties> } {
    const groups = this.all<{ LogGroupName: string }>('AWS::Logs::LogGroup');
    const group = groups.find(([, { Properties }]) => Properties.LogGroupName === `/auren/dev/${name}`)?.[0];
    const found = this.functions().find(([, { Properties }]) => Properties.LoggingConfig?.LogGroup.Ref === group);
    if (!group || !found) throw new Error(`the template has no function for ${name}`);
    return { id: found[0], resource: found[1] };
  }

  /** The one API of a protocol, with its one stage. */
  apiOf(protocol: ApiProperties['ProtocolType']): { id: string; properties: ApiProperties; stage: StageProperties } {
    const [api] = this.all<ApiProperties>('AWS::ApiGatewayV2::Api').filter(
      ([, { Properties }]) => Properties.ProtocolType === protocol,
    );
    const [stage] = this.all<StageProperties>('AWS::ApiGatewayV2::Stage').filter(
      ([, { Properties }]) => Properties.ApiId.Ref === api?.[0],
    );
    if (!api || !stage) throw new Error(`the template has no ${protocol} API with a stage`);
    return { id: api[0], properties: api[1].Properties, stage: stage[1].Properties };
  }

  /** Everything that a role may do, whichever way the statement is attached. */
  statementsOf(roleId: string): Statement[] {
    const inline = this.get<RoleProperties>('AWS::IAM::Role', roleId).Properties.Policies ?? [];
    const attached = this.all<PolicyProperties>('AWS::IAM::Policy').filter(([, { Properties }]) =>
      Properties.Roles.some(({ Ref }) => Ref === roleId),
    );
    return [...inline, ...attached.map(([, { Properties }]) => Properties)].flatMap(
      ({ PolicyDocument }) => PolicyDocument.Statement,
    );
  }

  /** What a function of the route table may do. */
  rightsOf(name: string): Statement[] {
    return this.statementsOf(this.functionOf(name).resource.Properties.Role['Fn::GetAtt']?.[0] ?? '');
  }
}

export const actionsOf = (statement: Statement): string[] => [statement.Action].flat();
