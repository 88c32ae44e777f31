import type { ArgumentScore, Call } from '#schemas/events.ts'
import { noTool } from '#schemas/turns.ts'
import { compareValues, propertySchema, propertyValue, type ValueSchema } from './compare-values.ts'
import { isObject, type JsonObject, type JsonValue, parseJsonValue } from './json-value.ts'

/** The right values of an argument: any of them is right. */
export type RightArgument = { readonly values: readonly JsonValue[]; readonly optional: boolean }

/** A right call. Arguments of a tool without a schema are one text, under the name ''; null where any are right. */
export type RightCall = { readonly tool: string; readonly arguments: Readonly<Record<string, RightArgument>> | null }

/** The argument schemas of an agent's tools as JSON text, by tool; null for a tool that takes one free text. */
export type ToolSchemas = ReadonlyMap<string, string | null>

export type PlanComparison = {
  /** Every call is right, and none is missing or extra. For a plan without calls: gold has none either. */
  readonly isExact: boolean
  /** Tools of calls that gold has and the plan has not, and the reverse; `(none)` where there is no call at all. */
  readonly missingTools: readonly string[]
  readonly extraTools: readonly string[]
  /** Right calls as a share of the planned and of the right ones, and their harmonic mean; 1 where both plans are empty. */
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** Of calls whose tool is right. */
  readonly arguments: readonly ArgumentScore[]
}

/**
 * A plan against the right one, as sets of calls: the calls of one step are made at once, so none uses another's result and their
 * order does not count. The rules are those of the Berkeley Function Calling Leaderboard, with values compared by `compareValues`.
 */
export function comparePlans(
  planned: readonly Call[],
  right: readonly RightCall[],
  schemas: ToolSchemas,
): PlanComparison {
  const pairs = pairCalls(planned, right, schemas)
  const correct = pairs.filter(({ isRight }) => isRight).length
  const isEmpty = planned.length === 0 && right.length === 0
  const missingTools = without(right, new Set(pairs.map(pair => pair.right)))
  const extraTools = without(planned, new Set(pairs.map(pair => pair.planned)))
  if (planned.length === 0 && right.length > 0) extraTools.push(noTool)
  if (right.length === 0 && planned.length > 0) missingTools.push(noTool)
  return {
    isExact: correct === planned.length && correct === right.length,
    ...{ missingTools, extraTools },
    precision: isEmpty ? 1 : correct / Math.max(1, planned.length),
    recall: isEmpty ? 1 : correct / Math.max(1, right.length),
    f1: isEmpty ? 1 : (2 * correct) / (planned.length + right.length),
    arguments: pairs.flatMap(pair => pair.scores),
  }
}

const without = <T extends { readonly tool: string }>(calls: readonly T[], paired: ReadonlySet<T>): string[] =>
  calls.filter(call => !paired.has(call)).map(({ tool }) => tool)

/** Gold's calls as right calls: one value for each argument. A gold text that is empty says nothing of the argument. */
export const rightCalls = (gold: readonly Call[], schemas: ToolSchemas): readonly RightCall[] =>
  gold.map(call => {
    const values = argumentsOf(call, schemas)
    return { tool: call.tool, arguments: values && mapValues(values, value => ({ values: [value], optional: false })) }
  })

const mapValues = <T, R>(object: Readonly<Record<string, T>>, map: (value: T) => R): Readonly<Record<string, R>> =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]))

type CallPair = {
  readonly planned: Call
  readonly right: RightCall
  readonly scores: readonly ArgumentScore[]
  readonly isRight: boolean
  readonly score: number
}

/** Each call with at most one of the other plan that has its tool: as many right pairs as there can be, then the best of the rest. */
function pairCalls(planned: readonly Call[], right: readonly RightCall[], schemas: ToolSchemas): readonly CallPair[] {
  const candidates = planned.map(call => {
    const [given, schema] = [argumentsOf(call, schemas) ?? {}, schemaOf(call.tool, schemas)]
    return right.filter(({ tool }) => tool === call.tool).map(other => compareCalls(call, given, other, schema))
  })
  const paired = matchRightPairs(candidates)
  const [usedPlanned, usedRight] = [new Set(paired.map(pair => pair.planned)), new Set(paired.map(pair => pair.right))]
  for (const pair of candidates.flat().toSorted((a, b) => b.score - a.score)) {
    if (usedPlanned.has(pair.planned) || usedRight.has(pair.right)) continue
    usedPlanned.add(pair.planned)
    usedRight.add(pair.right)
    paired.push(pair)
  }
  return paired
}

/** A largest set of right pairs in which no call is used twice: a bipartite matching by augmenting paths (Kuhn). */
function matchRightPairs(candidates: readonly (readonly CallPair[])[]): CallPair[] {
  const rightPairs = candidates.map(pairs => pairs.filter(({ isRight }) => isRight))
  const pairOf = new Map<RightCall, { readonly pair: CallPair; readonly position: number }>()
  const assign = (position: number, tried: Set<RightCall>): boolean =>
    (rightPairs[position] ?? []).some(pair => {
      if (tried.has(pair.right)) return false
      tried.add(pair.right)
      const holder = pairOf.get(pair.right)
      if (holder !== undefined && !assign(holder.position, tried)) return false
      pairOf.set(pair.right, { pair, position })
      return true
    })
  for (const position of rightPairs.keys()) assign(position, new Set())
  return Array.from(pairOf.values(), ({ pair }) => pair)
}

/** `given` are the arguments of the planned call, by name. */
function compareCalls(planned: Call, given: JsonObject, right: RightCall, schema: ValueSchema): CallPair {
  const wanted = right.arguments
  const names = wanted === null ? [] : new Set([...Object.keys(wanted), ...Object.keys(given)])
  const scores = Array.from(names, name => ({
    ...{ tool: planned.tool, name },
    ...scoreArgument(given, name, wanted?.[name], propertySchema(schema, name)),
  }))
  const score = scores.length === 0 ? 1 : scores.reduce((sum, one) => sum + one.score, 0) / scores.length
  return { planned, right, scores, isRight: scores.every(one => one.score === 1), score }
}

function scoreArgument(
  given: JsonObject,
  name: string,
  right: RightArgument | undefined,
  schema: ValueSchema,
): Pick<ArgumentScore, 'score' | 'fault'> {
  const isGiven = Object.hasOwn(given, name)
  if (!isGiven && right?.optional) return { score: 1, fault: null }
  const value = propertyValue(given, name, schema)
  // What gold leaves out is right as null and as the schema's default.
  const values = right?.values ?? [propertyValue({}, name, schema)]
  const score = Math.max(0, ...values.map(one => compareValues(value, one, schema)))
  if (score === 1) return { score, fault: null }
  if (right === undefined) return { score: 0, fault: 'extra' }
  return isGiven ? { score, fault: 'wrong' } : { score: 0, fault: 'missing' }
}

/** The arguments by name; one text under the name '' where they are no object; null where that is empty. */
function argumentsOf(call: Call, schemas: ToolSchemas): JsonObject | null {
  const value = parseJsonValue(call.arguments)
  if (isObject(value)) return value
  if (call.arguments.trim() !== '') return { '': call.arguments }
  return schemas.get(call.tool) == null ? null : {}
}

function schemaOf(tool: string, schemas: ToolSchemas): ValueSchema {
  const schema = parseJsonValue(schemas.get(tool) ?? '{}')
  return isObject(schema) ? schema : {}
}
