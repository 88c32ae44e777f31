import { at } from '../core/checked.ts'
import { canonicalJson } from '../core/identity.ts'
import { isObject } from '../core/json.ts'

/** An event that a decision emitted. */
export type OutputEvent = { readonly topic: string; readonly event: { readonly id: string } }

/** A value that may be shown: a number, a flag or a symbol of the schema. Other text may be a customer's. */
export type DisplayableValue = number | boolean | string | null

/** A field that differs, by its path, with the values where they may be shown. */
export type FieldDifference = {
  readonly field: string
  readonly was?: DisplayableValue
  readonly is?: DisplayableValue
}

export type Difference =
  | {
      readonly topic: string
      readonly change: 'changed'
      readonly id: string
      readonly fields: readonly FieldDifference[]
    }
  | { readonly topic: string; readonly change: 'added' | 'removed'; readonly id: string }

export type Comparison = {
  /** The topic of each event that is the same. */
  readonly same: readonly string[]
  readonly differences: readonly Difference[]
}

/**
 * Compares what one decision emitted when it was recorded with what it emits now. Ids are ignored, since they depend on the version of
 * the rule. In each topic, equal events are the same; the others are paired in order, as changed; what remains was added or
 * removed. `enumSymbols` are the texts of a topic's events that may be shown.
 */
export function compareOutputs(
  recorded: readonly OutputEvent[],
  now: readonly OutputEvent[],
  enumSymbols: (topic: string) => ReadonlySet<string>,
): Comparison {
  const topics = [...new Set([...recorded, ...now].map(({ topic }) => topic))]
  const parts = topics.map(topic => {
    const eventsOf = (outputs: readonly OutputEvent[]) =>
      outputs.filter(output => output.topic === topic).map(({ event }) => event)
    return compareTopic(topic, eventsOf(recorded), eventsOf(now), enumSymbols(topic))
  })
  return { same: parts.flatMap(({ same }) => same), differences: parts.flatMap(({ differences }) => differences) }
}

type Event = OutputEvent['event']

function compareTopic(
  topic: string,
  recorded: readonly Event[],
  now: readonly Event[],
  symbols: ReadonlySet<string>,
): Comparison {
  const unmatched = new Map<string, Event[]>()
  for (const event of now) {
    const content = contentWithoutId(event)
    unmatched.set(content, [...(unmatched.get(content) ?? []), event])
  }
  const onlyRecorded = recorded.filter(event => unmatched.get(contentWithoutId(event))?.shift() === undefined)
  const rest = new Set([...unmatched.values()].flat())
  const onlyNow = now.filter(event => rest.has(event))
  const pairs = Math.min(onlyRecorded.length, onlyNow.length)
  const changed = onlyNow.slice(0, pairs).map((event, index): Difference => {
    const before = at(onlyRecorded, index)
    return { topic, change: 'changed', id: before.id, fields: [...fieldDifferences(before, event, symbols)] }
  })
  return {
    same: Array.from({ length: recorded.length - onlyRecorded.length }, () => topic),
    differences: [
      ...changed,
      ...onlyRecorded.slice(pairs).map(({ id }): Difference => ({ topic, change: 'removed', id })),
      ...onlyNow.slice(pairs).map(({ id }): Difference => ({ topic, change: 'added', id })),
    ],
  }
}

const contentWithoutId = ({ id: _id, ...content }: Event): string => canonicalJson(content)

function* fieldDifferences(
  recorded: object,
  now: object,
  symbols: ReadonlySet<string>,
  path = '',
): Generator<FieldDifference> {
  const [before, after] = [new Map(Object.entries(recorded)), new Map(Object.entries(now))]
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(key), after.get(key)]
    if (path + key === 'id' || canonicalJson(was) === canonicalJson(is)) continue
    if (isObject(was) && isObject(is)) yield* fieldDifferences(was, is, symbols, `${path}${key}.`)
    else yield { field: path + key, ...displayable('was', was, symbols), ...displayable('is', is, symbols) }
  }
}

function displayable(name: string, value: unknown, symbols: ReadonlySet<string>): Record<string, unknown> {
  const isPlain = value === null || ['number', 'boolean'].includes(typeof value)
  return isPlain || (typeof value === 'string' && symbols.has(value)) ? { [name]: value } : {}
}
