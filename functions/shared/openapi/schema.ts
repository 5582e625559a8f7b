/** Schemas as JSON Schema 2020-12, which OpenAPI 3.1 takes as it is. The memory object is referred to, not repeated. */
import { toJSONSchema } from 'zod/v4/core';
import type { Schema } from '../../contract/contract.ts';
import { memoryObject } from '../../contract/memory-object.ts';

export type JsonSchema = Record<string, unknown>;

export const MEMORY_REFERENCE = { $ref: '#/components/schemas/Memory' };

function convert(schema: Schema, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...converted } = toJSONSchema(schema, {
    io,
    // What a transform yields has no schema of its own; the registry describes it where that matters.
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema, path }) => {
      if ((zodSchema as unknown) !== memoryObject || path.length === 0) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      Object.assign(jsonSchema, MEMORY_REFERENCE);
    },
  });
  return converted as JsonSchema;
}

export const inputSchema = (schema: Schema): JsonSchema => convert(schema, 'input');
export const outputSchema = (schema: Schema): JsonSchema => convert(schema, 'output');

/** An object schema's properties with what is required on the way in. */
export function propertiesOf(schema: Schema): { name: string; required: boolean; schema: JsonSchema }[] {
  const parsed = outputSchema(schema);
  const required = (inputSchema(schema).required ?? []) as string[];
  return Object.entries(parsed.properties ?? {}).map(([name, property]) => ({
    name,
    required: required.includes(name),
    schema: property as JsonSchema,
  }));
}
