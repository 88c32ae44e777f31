import { setTimeout as sleep } from 'node:timers/promises'
import { SchemaRegistry as Client, COMPATIBILITY } from '@kafkajs/confluent-schema-registry'
import { backoffMs } from '../core/backoff.ts'
import { Fault } from '../core/faults.ts'
import type { Compatibility, SchemaRegistry } from './schema-registry.ts'

/**
 * An error of the client. `status` is that of the HTTP response, or 400 where none came; it is absent where the client itself refused
 * the schema.
 */
type RegistryClientError = Error & { readonly status?: number }

const maxAttempts = 8
const backoff = { firstMs: 50, maxMs: 400 } as const

type Middleware = NonNullable<ConstructorParameters<typeof Client>[0]['middlewares']>[number]

export type BasicAuth = { readonly username: string; readonly password: string }

/** A registry with Confluent's HTTP API. */
export function openHttpRegistry(url: string, auth?: BasicAuth): SchemaRegistry {
  const host = url.replace(/\/+$/, '')
  /** Schemas by id, as registered: the client itself keeps only parsed ones, which have no documentation. */
  const schemas = new Map<number, object>()
  const client = new Client({ host, middlewares: [storeSchemas(schemas)], ...(auth && { auth }) })

  const register = async (subject: string, schema: object, compatibility: Compatibility): Promise<number> => {
    const options = { subject, compatibility: COMPATIBILITY[compatibility] }
    for (let attempts = 1; ; attempts++)
      try {
        const { id } = await client.register(schema as Parameters<Client['register']>[0], options)
        schemas.set(id, schema)
        return id
      } catch (error) {
        // Another process is registering the same subject: the next attempt finds it.
        if (attempts === maxAttempts || !/already exists/.test((error as RegistryClientError).message)) throw error
        await sleep(backoffMs(attempts - 1, backoff))
      }
  }

  return {
    async register(subject, schema, compatibility) {
      const details = { subject, compatibility }
      try {
        return await register(subject, schema, compatibility).catch(async (error: RegistryClientError) => {
          if (error.name !== 'ConfluentSchemaRegistryCompatibilityError') throw error
          // The level of the subject in the registry differs from the map's, which decides.
          await setCompatibility(host, auth, subject, compatibility)
          return register(subject, schema, compatibility)
        })
      } catch (error) {
        const { message, status } = error as RegistryClientError
        if (status === 409)
          throw new Fault('FLY_SCHEMA', `${subject} is not ${compatibility} compatible: ${message}`, details, error)
        if (status === 422 || status === undefined)
          throw new Fault('FLY_SCHEMA', `the schema of ${subject} is not valid Avro: ${message}`, details, error)
        throw registryFault(host, error)
      }
    },
    async schema(id) {
      try {
        if (!schemas.has(id)) await client.getSchema(id)
      } catch (error) {
        if ((error as RegistryClientError).status === 404)
          throw new Fault('FLY_DECODE', `there is no schema ${id}`, { schemaId: id }, error)
        throw registryFault(host, error)
      }
      const schema = schemas.get(id)
      if (schema === undefined) throw registryFault(host, new Error(`its response for schema ${id} holds no schema`))
      return schema
    },
    close: async () => {},
  }
}

/** Stores the schema of each response to `getSchema`. */
function storeSchemas(schemas: Map<number, object>): Middleware {
  return () => ({
    response: async next => {
      const response = await next()
      const id = /\/schemas\/ids\/(\d+)/.exec(response.request().path())?.[1]
      const { schema } = response.data<{ schema?: string }>()
      if (id && schema) schemas.set(Number(id), JSON.parse(schema))
      return response
    },
  })
}

/** Sets the level of a subject that exists: the client sets it only when it registers the first version. */
async function setCompatibility(
  host: string,
  auth: BasicAuth | undefined,
  subject: string,
  compatibility: Compatibility,
): Promise<void> {
  const credentials = auth && Buffer.from(`${auth.username}:${auth.password}`).toString('base64')
  const response = await fetch(`${host}/config/${encodeURIComponent(subject)}`, {
    method: 'PUT',
    headers: {
      'content-type': 'application/vnd.schemaregistry.v1+json',
      ...(credentials && { authorization: `Basic ${credentials}` }),
    },
    body: JSON.stringify({ compatibility }),
  }).catch((error: Error) => {
    throw Object.assign(error, { status: 400 })
  })
  if (response.ok) return
  const refusal = new Error(`status ${response.status} when setting the compatibility of ${subject}`)
  throw Object.assign(refusal, { status: response.status })
}

function registryFault(host: string, error: unknown): Fault {
  const { message, status } = error as RegistryClientError
  const [code, what, fix] =
    status === 401 || status === 403
      ? (['FLY_CONFIG', 'refuses access', 'correct FLYWHEEL_REGISTRY_USER and FLYWHEEL_REGISTRY_PASSWORD'] as const)
      : (['FLY_REGISTRY', 'cannot be used', 'start it or correct FLYWHEEL_REGISTRY'] as const)
  return new Fault(code, `the schema registry at ${host} ${what}: ${message}; ${fix}`, { host, status }, error)
}
