import type { Schema } from '@cfworker/json-schema'

const schemas = { type: 'array', minItems: 1, items: { $ref: '#' } } as const
const schemasByName = { type: 'object', additionalProperties: { $ref: '#' } } as const
const count = { type: 'integer', minimum: 0 } as const
const limit = { type: ['number', 'boolean'] } satisfies Schema

/** What the keywords of a JSON Schema must hold, drafts 4 to 2020-12. Keywords that are not listed have no effect. */
export const metaSchema: Schema = {
  type: ['object', 'boolean'],
  $defs: {
    typeName: { enum: ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] },
  },
  properties: {
    type: {
      anyOf: [{ $ref: '#/$defs/typeName' }, { type: 'array', minItems: 1, items: { $ref: '#/$defs/typeName' } }],
    },
    enum: { type: 'array', minItems: 1 },
    ...{ allOf: schemas, anyOf: schemas, oneOf: schemas, prefixItems: schemas },
    ...{ not: { $ref: '#' }, if: { $ref: '#' }, then: { $ref: '#' }, else: { $ref: '#' }, contains: { $ref: '#' } },
    ...{ properties: schemasByName, patternProperties: schemasByName, dependentSchemas: schemasByName },
    ...{ $defs: schemasByName, definitions: schemasByName },
    ...{ additionalProperties: { $ref: '#' }, propertyNames: { $ref: '#' }, additionalItems: { $ref: '#' } },
    ...{ unevaluatedProperties: { $ref: '#' }, unevaluatedItems: { $ref: '#' } },
    items: { anyOf: [{ $ref: '#' }, { type: 'array', items: { $ref: '#' } }] },
    required: { type: 'array', items: { type: 'string' } },
    dependentRequired: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
    ...{ minLength: count, maxLength: count, minItems: count, maxItems: count },
    ...{ minContains: count, maxContains: count, minProperties: count, maxProperties: count },
    ...{
      minimum: { type: 'number' },
      maximum: { type: 'number' },
      multipleOf: { exclusiveMinimum: 0, type: 'number' },
    },
    // Booleans in draft 4.
    ...{ exclusiveMinimum: limit, exclusiveMaximum: limit },
    uniqueItems: { type: 'boolean' },
    ...{ pattern: { type: 'string' }, format: { type: 'string' }, title: { type: 'string' } },
    ...{ description: { type: 'string' }, $ref: { type: 'string' }, $schema: { type: 'string' } },
  },
}
