import { featurize } from '#text/features.ts'
import { normaliseText } from '#text/normalise.ts'
import { comparableValues, sameValues } from '#text/values.ts'
import { cosine } from '#text/vectors.ts'
import { isObject, JsonNumber, type JsonObject, type JsonValue, parseJsonValue } from './json-value.ts'

/** Texts of more words say something in a sentence, and are compared by meaning; shorter ones are names, and must be equal. */
const maxNameWords = 3

/** From this cosine of their features on, two sentences that state the same values mean the same. */
export const minTextSimilarity = 0.7

/** A JSON Schema as far as a comparison needs it; what it does not know of a schema is ignored. */
export type ValueSchema = JsonObject

/** Deeper values are compared by equality of their JSON: schemas may refer to themselves. */
const maxDepth = 32

/**
 * How well a value agrees with a right one, in [0, 1]: 1 is the same, below 1 it is a text of another wording.
 *
 * - Numbers by value, to the last digit; a text is no number where the schema wants one.
 * - Texts with a `format`, an `enum` or a digit and no space (ids) by characters; case counts only in an `enum` or a `const`.
 * - Dates, amounts and other values in texts by value, in whatever notation.
 * - Texts of up to three words by their letters and digits; longer ones by similarity of their features.
 * - Lists in order, as sets where the schema says `uniqueItems`; objects by `compareObjects`.
 */
export function compareValues(given: JsonValue, right: JsonValue, schema: ValueSchema = {}, depth = 0): number {
  if (depth > maxDepth) return Number(JSON.stringify(given) === JSON.stringify(right))
  if (given instanceof JsonNumber || right instanceof JsonNumber) return Number(sameNumber(given, right, schema))
  if (typeof given === 'string' && typeof right === 'string') return compareTexts(given, right, schema)
  if (Array.isArray(given) && Array.isArray(right)) return compareLists(given, right, schema, depth)
  if (isObject(given) && isObject(right)) return compareObjects(given, right, schema, depth)
  return Number(given === right)
}

/** The mean over all properties of both. One that is missing agrees with null and with the schema's default. */
function compareObjects(given: JsonObject, right: JsonObject, schema: ValueSchema, depth: number): number {
  const names = new Set([...Object.keys(given), ...Object.keys(right)])
  const scores = Array.from(names, name => {
    const property = propertySchema(schema, name)
    return compareValues(
      propertyValue(given, name, property),
      propertyValue(right, name, property),
      property,
      depth + 1,
    )
  })
  return average(scores)
}

/** The value of a property; where it is missing the schema's default, else null. */
export const propertyValue = (object: JsonObject, name: string, property: ValueSchema): JsonValue =>
  (Object.hasOwn(object, name) ? object[name] : property['default']) ?? null

export function propertySchema({ properties }: ValueSchema, name: string): ValueSchema {
  const found = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined
  return isObject(found) ? found : {}
}

function compareLists(
  given: readonly JsonValue[],
  right: readonly JsonValue[],
  { items, uniqueItems }: ValueSchema,
  depth: number,
): number {
  if (given.length !== right.length) return 0
  const itemSchema = isObject(items) ? items : {}
  const compare = (one: JsonValue | undefined, other: JsonValue): number =>
    compareValues(one ?? null, other, itemSchema, depth + 1)
  if (uniqueItems !== true) return average(right.map((item, position) => compare(given[position], item)))
  const free = [...given]
  const isFound = (item: JsonValue): boolean => {
    const position = free.findIndex(other => compare(other, item) === 1)
    return position >= 0 && free.splice(position, 1).length > 0
  }
  return Number(right.every(isFound))
}

const average = (scores: readonly number[]): number =>
  scores.length === 0 ? 1 : scores.reduce((sum, score) => sum + score, 0) / scores.length

/** A text counts as the number that it writes only where the schema does not ask for a number. */
function sameNumber(given: JsonValue, right: JsonValue, schema: ValueSchema): boolean {
  if (given instanceof JsonNumber && right instanceof JsonNumber) return given.canonical === right.canonical
  const types = [schema['type']].flat()
  if (types.includes('number') || types.includes('integer')) return false
  const text = typeof given === 'string' ? given : right
  const number = given instanceof JsonNumber ? given : right
  if (typeof text !== 'string' || !(number instanceof JsonNumber)) return false
  const written = parseJsonValue(text.trim())
  return written instanceof JsonNumber && written.canonical === number.canonical
}

function compareTexts(given: string, right: string, schema: ValueSchema): number {
  if (given === right) return 1
  if (schema['enum'] !== undefined || schema['const'] !== undefined) return 0
  if (given.trim().toLowerCase() === right.trim().toLowerCase()) return 1
  const [givenValues, rightValues] = comparableValues(given, right)
  const hasValues = givenValues.length > 0 || rightValues.length > 0
  const hasSameValues = sameValues(givenValues, rightValues)
  if (isId(given, schema) || isId(right, schema)) return Number(hasValues && hasSameValues)
  const [one, other] = [normaliseText(given), normaliseText(right)]
  if (one === other) return Number(one !== '')
  if (!hasSameValues) return 0
  if (Math.max(one.split(' ').length, other.split(' ').length) <= maxNameWords)
    return Number(hasValues && wordsBesideValues(one) === wordsBesideValues(other))
  const similarity = Math.min(1, cosine(featurize(given), featurize(right)))
  return similarity >= minTextSimilarity ? 1 : similarity
}

const isId = (text: string, { format }: ValueSchema): boolean => format !== undefined || /^\S*\d\S*$/.test(text.trim())
/** `5 May` and `May 5th` have the same, `5 shares` and `5 bonds` have not. */
const wordsBesideValues = (normalised: string): string =>
  normalised
    .split(' ')
    .filter(word => !/\d/.test(word))
    .sort()
    .join(' ')
