/** Path, query and header parameters of an operation. */
import type { Contract } from '../../contract/contract.ts';
import { type JsonSchema, propertiesOf } from './schema.ts';

export const pathParameters = ({ path }: Contract): JsonSchema[] =>
  path === undefined
    ? []
    : propertiesOf(path).map(({ name, schema }) => ({ name, in: 'path', required: true, schema }));

const METADATA_PARAMETER = {
  name: 'metadata.{key}',
  in: 'query',
  required: false,
  description: 'One parameter a key, such as `metadata.session_id=s1`.',
  schema: { type: 'string' },
};

/** Lists are written with commas: OpenAPI's `form` style without `explode`. */
export const queryParameters = ({ query, lists = [] }: Contract): JsonSchema[] =>
  query === undefined
    ? []
    : propertiesOf(query).map(({ name, required, schema }) => {
        if (name === 'metadata') return METADATA_PARAMETER;
        const style = lists.includes(name) ? { style: 'form', explode: false } : {};
        return { name, in: 'query', required, ...style, schema };
      });

const header = (name: string, description: string, schema: JsonSchema): JsonSchema => ({
  name,
  in: 'header',
  required: false,
  description,
  schema,
});

export const headerParameters = ({ route, ifMatch, countsUses }: Contract): JsonSchema[] => [
  ...(route.idempotent === true
    ? [
        header(
          'Idempotency-Key',
          'Holds for 24 hours: the same body gets the first answer with `Idempotency-Replayed: true`, another body 422, one still running 409.',
          { type: 'string', minLength: 1, maxLength: 255 },
        ),
      ]
    : []),
  ...(ifMatch === true
    ? [header('If-Match', 'The `ETag` that the change stands on; 412 if it has moved on.', { type: 'string' })]
    : []),
  ...(countsUses === true
    ? [
        header('X-Auren-Observe', '`true` where a person looks on, as through a dashboard: what is read is no use.', {
          type: 'boolean',
          default: false,
        }),
      ]
    : []),
];
