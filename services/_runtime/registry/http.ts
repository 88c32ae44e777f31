import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '../core/faults.ts'
import { compatibilityProblem } from './compatibility.ts'
import {
  parseRegisteredSchema,
  type RegisteredSchema,
  type SchemaReference,
  toAvroSchema,
} from './registered-schema.ts'
import { type BasicAuth, createRegistryRequests, outage, type RegistryAnswer } from './requests.ts'
import type { Compatibility, SchemaRegistry } from './schema-registry.ts'

/** A replica that lags may not have the newest schema yet: a missing one is asked for again after this. */
const replicaDelayMs = 500
/** A schema that is missing is not asked for again for so long, so that a producer of unknown ids does not slow down a service. */
const missingForMs = 30_000
const maxMissing = 1_000
/** A schema may name others, and they others, up to so many in all. */
const maxReferences = 100

/** A registry with Confluent's HTTP API. */
export function openHttpRegistry(url: string, auth?: BasicAuth): SchemaRegistry {
  const host = url.replace(/\/+$/, '')
  const request = createRegistryRequests(host, auth)
  const schemas = new Map<number, object>()
  const loading = new Map<number, Promise<object>>()
  /** When each missing id may be asked for again, in ms of `performance.now()`. */
  const missing = new Map<number, number>()

  /** The stored schema at a path; undefined where the registry has none. */
  const find = async (path: string): Promise<RegisteredSchema | undefined> => {
    const answer = await request('GET', path)
    if (answer.outcome === 'missing') return undefined
    const found = answer.outcome === 'done' ? parseRegisteredSchema(answer.body) : undefined
    if (!found) throw outage(host, `its answer to ${path} holds no schema`)
    return found
  }
  const findAgain = async (path: string): Promise<RegisteredSchema | undefined> => {
    const found = await find(path)
    if (found) return found
    await sleep(replicaDelayMs)
    return find(path)
  }

  /** The schemas that these references name, each after those that it names itself. */
  const findReferenced = async (
    id: number,
    references: readonly SchemaReference[],
    known = new Map<string, RegisteredSchema>(),
    seen = new Set<string>(),
  ): Promise<readonly RegisteredSchema[]> => {
    for (const { subject, version } of references) {
      const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`
      if (seen.has(path)) continue
      seen.add(path)
      const found = seen.size > maxReferences ? undefined : await findAgain(path)
      if (!found)
        throw new Fault('FLY_DECODE', `schema ${id} names version ${version} of ${subject}, which cannot be found`, {
          schemaId: id,
        })
      await findReferenced(id, found.references, known, seen)
      known.set(path, found)
    }
    return [...known.values()]
  }

  const load = async (id: number): Promise<object> => {
    const found = await findAgain(`/schemas/ids/${id}`)
    if (!found) {
      if (missing.size >= maxMissing) missing.clear()
      missing.set(id, performance.now() + missingForMs)
      throw missingFault(id)
    }
    const schema = toAvroSchema(id, found, await findReferenced(id, found.references))
    schemas.set(id, schema)
    return schema
  }

  return {
    async register(subject, schema, compatibility) {
      const details = { subject, compatibility }
      const problem = compatibilityProblem(schema, [], 'NONE')
      if (problem !== undefined)
        throw new Fault('FLY_SCHEMA', `the schema of ${subject} is not valid Avro: ${problem}`, details)
      const name = encodeURIComponent(subject)
      const send = async (...asked: Parameters<typeof request>): Promise<Readonly<Record<string, unknown>>> =>
        bodyOf(await request(...asked), subject, compatibility)
      const setLevel = () => send('PUT', `/config/${name}`, { compatibility })
      const config = await request('GET', `/config/${name}`)
      const level = config.outcome === 'done' ? config.body.compatibilityLevel : undefined
      // The level of the map decides. A subject that does not exist yet cannot have one.
      if (level !== undefined && String(level).toUpperCase() !== compatibility) await setLevel()
      const { id } = await send('POST', `/subjects/${name}/versions`, { schema: JSON.stringify(schema) })
      if (level === undefined) await setLevel()
      if (typeof id !== 'number') throw outage(host, `its answer gives the schema of ${subject} no id`)
      schemas.set(id, schema)
      return id
    },
    async schema(id) {
      const known = schemas.get(id)
      if (known) return known
      if ((missing.get(id) ?? 0) > performance.now()) throw missingFault(id)
      const started = loading.get(id) ?? load(id).finally(() => loading.delete(id))
      loading.set(id, started)
      return started
    },
    close: async () => {},
  }
}

const missingFault = (id: number): Fault => new Fault('FLY_DECODE', `there is no schema ${id}`, { schemaId: id })

/** The body of a success. FLY_SCHEMA when the registry refuses the schema. */
function bodyOf(
  answer: RegistryAnswer,
  subject: string,
  compatibility: Compatibility,
): Readonly<Record<string, unknown>> {
  if (answer.outcome === 'done') return answer.body
  const reason =
    answer.outcome === 'conflict'
      ? `${subject} is not ${compatibility} compatible`
      : `the schema of ${subject} is refused`
  throw new Fault('FLY_SCHEMA', `${reason}: ${answer.message}`, { subject, compatibility })
}
