import { setTimeout as sleep } from 'node:timers/promises'
import { SchemaRegistry as Client, COMPATIBILITY } from '@kafkajs/confluent-schema-registry'
import { Fault } from '../core/faults.ts'
import type { Compatibility, SchemaRegistry } from './schema-registry.ts'

/** What the client throws: `status` is that of an answer; where none came it is 400, and where none was asked for absent. */
type RegistryClientError = Error & { readonly status?: number }

const maxAttempts = 8

type Middleware = NonNullable<ConstructorParameters<typeof Client>[0]['middlewares']>[number]

export type BasicAuth = { readonly username: string; readonly password: string }

/** A registry that speaks Confluent's HTTP API. */
export function openHttpRegistry(url: string, auth?: BasicAuth): SchemaRegistry {
  const host = url.replace(/\/+$/, '')
  /** Schemas as they were written, by number: the client itself keeps parsed ones only, without their documentation. */
  const schemas = new Map<number, object>()
  const client = new Client({ host, middlewares: [cacheSchemas(schemas)], ...(auth && { auth }) })

  const register = async (
    subject: string,
    schema: object,
    compatibility: Compatibility,
    attempt = 1,
  ): Promise<number> => {
    const options = { subject, compatibility: COMPATIBILITY[compatibility] }
    try {
      const { id } = await client.register(schema as Parameters<Client['register']>[0], options)
      schemas.set(id, schema)
      return id
    } catch (error) {
      // Another process registers the same subject at this moment: it is there when we look again.
      if (attempt === maxAttempts || !/already exists/.test((error as RegistryClientError).message)) throw error
      await sleep(50 * attempt)
      return register(subject, schema, compatibility, attempt + 1)
    }
  }

  return {
    async register(subject, schema, compatibility) {
      const about = { subject, compatibility }
      try {
        return await register(subject, schema, compatibility).catch(async (error: RegistryClientError) => {
          if (error.name !== 'ConfluentSchemaRegistryCompatibilityError') throw error
          // The subject has another level than the map, and the map is the one that counts.
          await setCompatibility(host, auth, subject, compatibility)
          return register(subject, schema, compatibility)
        })
      } catch (error) {
        const { message, status } = error as RegistryClientError
        if (status === 409)
          throw new Fault('FLY_SCHEMA', `${subject} is not ${compatibility} compatible: ${message}`, about, error)
        if (status === 422 || status === undefined)
          throw new Fault('FLY_SCHEMA', `the schema of ${subject} is not valid Avro: ${message}`, about, error)
        throw registryFault(host, error)
      }
    },
    async schema(id) {
      try {
        if (!schemas.has(id)) await client.getSchema(id)
        return schemas.get(id) ?? {}
      } catch (error) {
        if ((error as RegistryClientError).status === 404)
          throw new Fault('FLY_DECODE', `there is no schema ${id}`, { schemaId: id }, error)
        throw registryFault(host, error)
      }
    },
    close: async () => {},
  }
}

function cacheSchemas(texts: Map<number, object>): Middleware {
  return () => ({
    response: async next => {
      const answer = await next()
      const id = /\/schemas\/ids\/(\d+)/.exec(answer.request().path())?.[1]
      const { schema } = answer.data<{ schema?: string }>()
      if (id && schema) texts.set(Number(id), JSON.parse(schema))
      return answer
    },
  })
}

/** The client sets a level with the first registration only. */
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
  const refusal = new Error(`setting the compatibility of ${subject} was answered ${response.status}`)
  throw Object.assign(refusal, { status: response.status })
}

function registryFault(host: string, error: unknown): Fault {
  const { message, status } = error as RegistryClientError
  const [code, what, fix] =
    status === 401 || status === 403
      ? (['FLY_CONFIG', 'refuses access', 'correct FLYWHEEL_REGISTRY_USER and FLYWHEEL_REGISTRY_PASSWORD'] as const)
      : (['FLY_REGISTRY', 'does not answer as it should', 'start it or correct FLYWHEEL_REGISTRY'] as const)
  return new Fault(code, `the schema registry at ${host} ${what}: ${message}; ${fix}`, { host, status }, error)
}
