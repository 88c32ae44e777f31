import type { ServiceDefinition, TopicDefinition } from '#topology/map.ts'

/** A map to check, which may break the rules. An exit is a topic that only readers outside this deployment consume. */
export type MapUnderTest = {
  readonly topics: Readonly<Record<string, TopicDefinition & { readonly exit?: true }>>
  readonly services: Readonly<Record<string, ServiceDefinition>>
  /** Edges that are HTTP calls. */
  readonly overHttp: readonly (readonly [from: string, to: string])[]
}

export type SchemaUnderTest = { readonly name: string; readonly fields?: readonly Field[] }
type Field = { readonly name: string; readonly type: unknown; readonly doc?: string }

const entriesOf = (map: MapUnderTest): readonly (readonly [string, ServiceDefinition])[] => Object.entries(map.services)

/** Every topic has one writing service, or is written by the runtime, and has a reader, and services name only topics of the map. */
export function edgeViolations(map: MapUnderTest): readonly string[] {
  const unknown = entriesOf(map).flatMap(([service, { reads, follows, writes }]) =>
    [...reads, ...follows, ...writes]
      .filter(topic => map.topics[topic] === undefined)
      .map(topic => `${service} has an edge to ${topic}, which the map does not have`),
  )
  const counted = Object.entries(map.topics).flatMap(([topic, { exit, writtenByRuntime }]) => {
    const writers = entriesOf(map)
      .filter(([, { writes }]) => writes.includes(topic))
      .map(([service]) => service)
    const readers = entriesOf(map).filter(([, { reads, follows }]) => reads.includes(topic) || follows.includes(topic))
    return [
      ...(writers.length === (writtenByRuntime ? 0 : 1)
        ? []
        : [`${topic} is written by ${writers.join(', ') || 'no service'}: one service writes a topic`]),
      ...(readers.length > 0 || exit ? [] : [`${topic} is read by no service and is not marked as an exit`]),
    ]
  })
  return [...unknown, ...counted]
}

/**
 * A service processes partition N of all its inputs together: topics with the same key must have the same number of partitions, and
 * all inputs of a service with state must have the same key.
 */
export function partitionViolations(map: MapUnderTest): readonly string[] {
  return entriesOf(map).flatMap(([service, { reads, stateful }]) => {
    const plans = reads.flatMap(topic => map.topics[topic] ?? [])
    const keys = [...new Set(plans.map(({ key }) => key))]
    const counts = keys.map(key => new Set(plans.filter(plan => plan.key === key).map(({ partitions }) => partitions)))
    return [
      ...keys
        .filter((_key, index) => (counts[index]?.size ?? 0) > 1)
        .map(
          key =>
            `${service} reads topics keyed by ${key} that differ in partitions: records of one ${key} would lie in different ones`,
        ),
      ...(stateful && keys.length > 1
        ? [
            `${service} has state and reads topics keyed by ${keys.join(' and by ')}: its state would lie in another partition`,
          ]
        : []),
    ]
  })
}

/** Ports given twice, and names that begin with another's: ACLs for transactional ids are prefixes. */
export function nameViolations(map: MapUnderTest): readonly string[] {
  const services = entriesOf(map)
  const ports = Map.groupBy(services, ([, { port }]) => port)
  return [
    ...Array.from(ports)
      .filter(([, owners]) => owners.length > 1)
      .map(([port, owners]) => `port +${port} is given to ${owners.map(([name]) => name).join(', ')}`),
    ...services.flatMap(([name]) => [
      ...services
        .filter(([other]) => other !== name && other.startsWith(name))
        .map(([other]) => `${name} is a prefix of ${other}: the ACL for its transactional ids would cover the other's`),
      ...(map.topics[name] === undefined ? [] : [`${name} names a service and a topic`]),
    ]),
  ]
}

/** The `stops` from which no way along topics and HTTP edges leads to the next; the first follows the last. */
export function cycleViolations(map: MapUnderTest, stops: readonly string[]): readonly string[] {
  return stops.flatMap((from, index) => {
    const to = stops[(index + 1) % stops.length] ?? from
    return isReachable(map, from, to) ? [] : [`there is no way from ${from} to ${to}`]
  })
}

function isReachable(map: MapUnderTest, from: string, to: string): boolean {
  const next = (at: string): readonly string[] => [
    ...(map.services[at]?.writes ?? []),
    ...entriesOf(map)
      .filter(([, { reads, follows }]) => reads.includes(at) || follows.includes(at))
      .map(([name]) => name),
    ...map.overHttp.flatMap(([caller, called]) => (caller === at ? [called] : [])),
  ]
  const seen = new Set(next(from))
  for (const at of seen) for (const further of next(at)) seen.add(further)
  return seen.has(to)
}

/** The event of each topic has a schema, and the topic's key is one of its fields. */
export function keyViolations(map: MapUnderTest, schemas: readonly SchemaUnderTest[]): readonly string[] {
  return Object.entries(map.topics).flatMap(([topic, { event, key }]) => {
    const schema = schemas.find(({ name }) => name === event)
    if (!schema) return [`${topic} carries ${event}, which has no .avsc`]
    return schema.fields?.some(({ name }) => name === key)
      ? []
      : [`${topic} is keyed by ${key}, which ${event} does not have`]
  })
}

/** Fields without a doc, however deep. */
export function undocumentedFields(schema: unknown, path = ''): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap(inner => undocumentedFields(inner, path))
  if (schema === null || typeof schema !== 'object') return []
  const { name, type, items, values, fields } = schema as Partial<SchemaUnderTest> & {
    type?: unknown
    items?: unknown
    values?: unknown
  }
  const here = fields ? `${path}${name}.` : path
  return [
    ...[type, items, values].flatMap(inner => undocumentedFields(inner, path)),
    ...(fields ?? []).flatMap(field => [
      ...(field.doc ? [] : [`${here}${field.name} has no doc`]),
      ...undocumentedFields(field.type, `${here}${field.name}: `),
    ]),
  ]
}
