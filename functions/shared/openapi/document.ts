/** The OpenAPI 3.1 document: the route table and the contracts, told in the standard's words. */
import { CONTRACTS } from '../../contract/all.ts';
import type { Contract } from '../../contract/contract.ts';
import { EXAMPLE_MEMORY, memoryObject } from '../../contract/memory-object.ts';
import { ANSWER_BYTES_MAX, BODY_BYTES_MAX } from '../../routes.ts';
import { answersOf, problemSchema } from './answers.ts';
import { headerParameters, pathParameters, queryParameters } from './parameters.ts';
import { inputSchema, type JsonSchema, outputSchema } from './schema.ts';

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters?: JsonSchema[];
  requestBody?: JsonSchema;
  responses: Record<string, JsonSchema>;
}

export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  servers: { url: string; description: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, JsonSchema> };
}

const DESCRIPTION = [
  'Three-tier memory for AI agents. JSON over HTTPS, snake_case, times RFC 3339 in UTC.',
  'Unknown fields and parameters are refused. Answers only grow: ignore fields, events and enum values that you do not know.',
  `Bodies hold at most ${BODY_BYTES_MAX} bytes, answers at most ${ANSWER_BYTES_MAX}: lists stop early with \`next_cursor\`.`,
  'An id that cannot be one (not "mem_" and 32 lowercase hex digits) answers 422; one that is unknown, or not yours to see, answers 404.',
  'Ids that you choose (agents, users, spaces, keys) have 1 to 128 printable characters.',
  'Refusals by the gateway itself (401, 403, 404 of an unknown route, 429) carry `{"message"}`: branch on the status.',
].join('\n\n');

const TAGS: Record<string, string> = {
  memories: 'Memories',
  search: 'Search',
  agents: 'Agents',
  stats: 'Statistics',
  users: 'Persons',
  events: 'Events',
  spaces: 'Spaces',
  keys: 'Keys',
};
const tagOf = (path: string) => TAGS[path.split('/')[2] ?? ''] ?? 'Service';

function bodyOf(contract: Contract): JsonSchema | null {
  if (contract.body === undefined) return null;
  return { required: true, content: { 'application/json': { schema: inputSchema(contract.body) } } };
}

function describe({ route, description }: Contract): string {
  const scope = route.scope === null ? 'Public.' : `Needs the scope \`${route.scope}\`.`;
  return description === undefined ? scope : `${description}\n\n${scope}`;
}

function operationOf(contract: Contract): Operation {
  const { route } = contract;
  const parameters = [...pathParameters(contract), ...queryParameters(contract), ...headerParameters(contract)];
  const requestBody = bodyOf(contract);
  return {
    operationId: route.name,
    tags: [tagOf(route.path)],
    summary: route.summary,
    description: describe(contract),
    security: route.scope === null ? [] : [{ apiKey: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === null ? {} : { requestBody }),
    responses: answersOf(contract),
  };
}

export function openApiDocument(): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  for (const contract of Object.values(CONTRACTS)) {
    const { path, method } = contract.route;
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(contract) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'AUREN Memory', version: '1', description: DESCRIPTION },
    servers: [{ url: '/', description: 'Where this document came from' }],
    tags: [...new Set(Object.values(CONTRACTS).map(({ route }) => tagOf(route.path)))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Memory: { ...outputSchema(memoryObject), examples: [EXAMPLE_MEMORY] }, Problem: problemSchema() },
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, `auren_...`; never in a URL.' },
      },
    },
  };
}
