import { type ZodType, z } from 'zod'

/** The JSON Schema of a request or response body, before Zod transforms. */
export function toJsonSchema(schema: ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest
}

/** The format of every error response. */
export const errorFields = { code: z.string(), message: z.string(), field: z.string().optional() }
export const errorResponse = z.strictObject({ error: z.strictObject(errorFields) })

export const jsonContent = (schema: object, example?: unknown): object => ({
  'application/json': { schema, ...(example !== undefined && { example }) },
})

/** Builders for the parts of an OpenAPI 3.1 document with these schemas. `Error` is the schema of every error response. */
export function documentParts<Name extends string>(schemas: Readonly<Record<Name | 'Error', ZodType>>) {
  const ref = (name: Name | 'Error'): object => ({ $ref: `#/components/schemas/${name}` })
  const answer = (description: string, name: Name | 'Error') => ({ description, content: jsonContent(ref(name)) })
  const retryLater = {
    headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
    content: jsonContent(ref('Error')),
  }
  return {
    ref,
    answer,
    /** Error responses of every route that needs a key. */
    refusals: {
      400: answer('Not valid; `message` names record, field and fix.', 'Error'),
      401: answer('No known key.', 'Error'),
      403: answer('The key lacks the scope.', 'Error'),
      429: {
        description: 'Comes too often, or too much is being taken in: nothing was taken, send it again.',
        ...retryLater,
      },
      500: answer('Our fault.', 'Error'),
      503: { description: 'The event log is away. What was sent may be in it or not: send it again.', ...retryLater },
    },
    requestId: {
      name: 'X-Request-Id',
      in: 'header',
      description: 'Names the request in answers and log lines; made up when absent.',
      schema: { type: 'string', pattern: '^[\\w.:/+=-]{1,128}$' },
    },
    /** The complete document. */
    document: (title: string, description: string, paths: object) => ({
      openapi: '3.1.1',
      ...{ info: { title, version: '1', description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } } },
      servers: [{ url: '/' }],
      paths,
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            description:
              'FLYWHEEL_API_KEY, or one of FLYWHEEL_API_KEYS with the scope that is named. None needed where none is set.',
          },
        },
        schemas: Object.fromEntries(
          Object.entries<ZodType>(schemas).map(([name, schema]) => [name, toJsonSchema(schema)]),
        ),
      },
    }),
  }
}
