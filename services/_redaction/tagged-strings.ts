/**
 * Property of string fields in our schemas. `free-text`: what customers, agents or reviewers wrote. `pseudonym`: names a
 * person, a conversation or a record.
 */
export type Sensitivity = 'free-text' | 'pseudonym'

type Rewrite = (text: string) => string
/** Answers the value itself where nothing in it changes. */
type Walk = (value: unknown, rewrite: Rewrite) => unknown

type AvroSchema = string | readonly AvroSchema[] | AvroComplexType
type AvroComplexType = {
  readonly type: AvroSchema
  readonly name?: string
  readonly items?: AvroSchema
  readonly values?: AvroSchema
  readonly fields?: readonly (AvroComplexType & { readonly name: string; readonly sensitivity?: Sensitivity })[]
}

/** Rewrites every string of an event whose field its Avro schema tags, in their order and however deep; all else stays as it is. */
export function createTaggedStringRewriter(schema: object): <E extends object>(event: E, rewrite: Rewrite) => E {
  const walk = walkOf(schema as AvroComplexType, false, new Map()) ?? keepValue
  return (event, rewrite) => walk(event, rewrite) as typeof event
}

const keepValue: Walk = value => value
const rewriteString: Walk = (value, rewrite) => (typeof value === 'string' ? rewrite(value) : value)

/** undefined where the type holds nothing tagged. */
function walkOf(schema: AvroSchema, tagged: boolean, named: Map<string, Walk | undefined>): Walk | undefined {
  if (typeof schema === 'string') return schema === 'string' ? (tagged ? rewriteString : undefined) : named.get(schema)
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

/** Each branch leaves alone what is not of its kind. */
function walkUnion(branches: readonly (Walk | undefined)[]): Walk | undefined {
  const walks = branches.filter(walk => walk !== undefined)
  return walks.length === 0
    ? undefined
    : (value, rewrite) => walks.reduce((walked, walk) => walk(walked, rewrite), value)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function walkRecord(fields: readonly (readonly [name: string, walk: Walk | undefined])[]): Walk | undefined {
  const walks = fields.filter(([, walk]) => walk !== undefined) as readonly (readonly [string, Walk])[]
  if (walks.length === 0) return undefined
  return (value, rewrite) =>
    isObject(value)
      ? { ...value, ...Object.fromEntries(walks.map(([name, walk]) => [name, walk(value[name], rewrite)])) }
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
