import { at } from '#runtime/core/checked.ts'
import { isObject } from '#runtime/core/json.ts'
import type { Redaction } from '#schemas/events.ts'
import { type Pseudonymizer, redactAll } from './redact.ts'

/**
 * Property of string fields in our schemas. `free-text`: what customers, agents or reviewers wrote. `pseudonym`: names a
 * person, a conversation or a record.
 */
export type Sensitivity = 'free-text' | 'pseudonym'

type Redacted<E> = E & { readonly redactions: readonly Redaction[] }

/**
 * Redacts the strings of an event that its Avro schema tags with a sensitivity, and adds how many of which kind were found. The
 * strings are redacted together, since an argument or an answer repeats values of the question without the words before them.
 */
export function createEventRedactor(
  schema: object,
): <E extends object>(event: E, pseudonymOf: Pseudonymizer) => Redacted<E> {
  const rewrite = createTaggedStringRewriter(schema)
  return (event, pseudonymOf) => {
    const originals: string[] = []
    rewrite(event, text => {
      originals.push(text)
      return text
    })
    const { texts, counts } = redactAll(originals, pseudonymOf)
    const redactions = Object.entries(counts).map(([kind, count]) => ({ kind, count }))
    if (redactions.length === 0) return { ...event, redactions }
    let next = 0
    return { ...rewrite(event, () => at(texts, next++)), redactions }
  }
}

type Rewrite = (text: string) => string
/** Returns a value with its tagged strings rewritten, or the value itself where it has none. */
type Walk = (value: unknown, rewrite: Rewrite) => unknown

type AvroSchema = string | readonly AvroSchema[] | AvroComplexType
type AvroComplexType = {
  readonly type: AvroSchema
  readonly name?: string
  readonly items?: AvroSchema
  readonly values?: AvroSchema
  readonly fields?: readonly (AvroComplexType & { readonly name: string; readonly sensitivity?: Sensitivity })[]
}

/** Rewrites the tagged strings of an event, in order and at any depth. The event itself stays as it is. */
export function createTaggedStringRewriter(schema: object): <E extends object>(event: E, rewrite: Rewrite) => E {
  const walk = walkOf(schema as AvroComplexType, false, new Map()) ?? (value => value)
  return (event, rewrite) => walk(event, rewrite) as typeof event
}

/** undefined where the type has nothing tagged. */
function walkOf(schema: AvroSchema, tagged: boolean, named: Map<string, Walk | undefined>): Walk | undefined {
  if (typeof schema === 'string') return schema === 'string' ? (tagged ? walkString : undefined) : named.get(schema)
  if (isUnion(schema)) return walkUnion(schema.map(branch => walkOf(branch, tagged, named)))
  const { type, name, fields, items, values } = schema
  if (fields !== undefined) {
    const walk = walkRecord(
      fields.map(field => [field.name, walkOf(field.type, field.sensitivity !== undefined, named)]),
    )
    if (name !== undefined) named.set(name, walk)
    return walk
  }
  const inner = items ?? values
  if (inner === undefined) return walkOf(type, tagged, named)
  const walk = walkOf(inner, tagged, named)
  return walk && (items === undefined ? walkMap(walk) : walkArray(walk))
}

const isUnion = (schema: AvroSchema): schema is readonly AvroSchema[] => Array.isArray(schema)

const walkString: Walk = (value, rewrite) => (typeof value === 'string' ? rewrite(value) : value)

/** Each branch returns values of other types as they are. */
function walkUnion(branches: readonly (Walk | undefined)[]): Walk | undefined {
  const walks = branches.filter(walk => walk !== undefined)
  return walks.length === 0
    ? undefined
    : (value, rewrite) => walks.reduce((walked, walk) => walk(walked, rewrite), value)
}

function walkRecord(fields: readonly (readonly [name: string, walk: Walk | undefined])[]): Walk | undefined {
  const walks = fields.flatMap(([name, walk]) => (walk === undefined ? [] : [{ name, walk }]))
  if (walks.length === 0) return undefined
  return (value, rewrite) =>
    isObject(value)
      ? { ...value, ...Object.fromEntries(walks.map(({ name, walk }) => [name, walk(value[name], rewrite)])) }
      : value
}

const walkArray =
  (walk: Walk): Walk =>
  (value, rewrite) =>
    Array.isArray(value) ? value.map(item => walk(item, rewrite)) : value

const walkMap =
  (walk: Walk): Walk =>
  (value, rewrite) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, rewrite)])) : value
