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
    headers: {
      'Retry-After': { description: 'Seconds to wait before the next attempt.', schema: { type: 'integer' } },
    },
    content: jsonContent(ref('Error')),
  }
  return {
    ref,
    answer,
    /** Error responses of every route that needs a key. */
    refusals: {
      400: answer('The request is invalid. `message` names the record, the field and the correction.', 'Error'),
      401: answer('The API key is missing or unknown.', 'Error'),
      403: answer('The API key does not have the required scope.', 'Error'),
      429: {
        description:
          'The rate limit of the key is exceeded, or the server is overloaded. Nothing was accepted; send the request again.',
        ...retryLater,
      },
      500: answer('Internal error. The log of the service has the details under the request id.', 'Error'),
      503: {
        description:
          'The service is starting, or the event log, object store or schema registry is not available. Records of the request may ' +
          'have been stored; send it again.',
        ...retryLater,
      },
    },
    requestId: {
      name: 'X-Request-Id',
      in: 'header',
      description: 'Identifies the request in responses and log lines; generated when absent.',
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
              'FLYWHEEL_API_KEY, or one of FLYWHEEL_API_KEYS with the named scope. Not required if neither is configured.',
          },
        },
        schemas: Object.fromEntries(
          Object.entries<ZodType>(schemas).map(([name, schema]) => [name, toJsonSchema(schema)]),
        ),
      },
    }),
  }
}
