import { canonicalJson } from '../core/identity.ts'

/** An event that a decision emitted. */
export type OutputEvent = { readonly topic: string; readonly event: { readonly id: string } }

/** Text may be a customer's: only its field is named. Numbers, flags and words of the schema are shown. */
export type DisplayableValue = number | boolean | string | null

/** A field that differs, by its path; values where they may be shown. */
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
  /** Topics of the events that are as they were, one for each. */
  readonly same: readonly string[]
  readonly differences: readonly Difference[]
}

/**
 * What one decision emitted then and now, without the ids, which a rule's version goes into. Equal events of a topic are
 * pairs; what is left of it pairs in order as changed; what is left then was added or removed. `words` are the texts of
 * a topic that may be shown.
 */
export function compareOutputs(
  then: readonly OutputEvent[],
  now: readonly OutputEvent[],
  enumSymbols: (topic: string) => ReadonlySet<string>,
): Comparison {
  const topics = [...new Set([...then, ...now].map(({ topic }) => topic))]
  const parts = topics.map(topic => {
    const of = (outputs: readonly OutputEvent[]) =>
      outputs.filter(output => output.topic === topic).map(({ event }) => event)
    return compareTopic(topic, of(then), of(now), enumSymbols(topic))
  })
  return { same: parts.flatMap(({ same }) => same), differences: parts.flatMap(({ differences }) => differences) }
}

type Event = OutputEvent['event']

function compareTopic(
  topic: string,
  then: readonly Event[],
  now: readonly Event[],
  words: ReadonlySet<string>,
): Comparison {
  const waiting = new Map<string, Event[]>()
  for (const event of now) {
    const content = contentWithoutId(event)
    waiting.set(content, [...(waiting.get(content) ?? []), event])
  }
  const gone = then.filter(event => waiting.get(contentWithoutId(event))?.shift() === undefined)
  const left = new Set([...waiting.values()].flat())
  const come = now.filter(event => left.has(event))
  return {
    same: Array.from({ length: then.length - gone.length }, () => topic),
    differences: Array.from({ length: Math.max(gone.length, come.length) }, (_none, at) => {
      const [before, after] = [gone[at], come[at]]
      if (before && after)
        return { topic, change: 'changed', id: before.id, fields: [...fieldDifferences(before, after, words)] }
      return { topic, change: before ? 'removed' : 'added', id: (before ?? after)?.id ?? '' }
    }),
  }
}

const contentWithoutId = ({ id: _id, ...content }: Event): string => canonicalJson(content)

function* fieldDifferences(
  then: object,
  now: object,
  words: ReadonlySet<string>,
  path = '',
): Generator<FieldDifference> {
  const [before, after] = [new Map(Object.entries(then)), new Map(Object.entries(now))]
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(key), after.get(key)]
    if (path + key === 'id' || canonicalJson(was) === canonicalJson(is)) continue
    if (isObject(was) && isObject(is)) yield* fieldDifferences(was, is, words, `${path}${key}.`)
    else yield { field: path + key, ...displayable('was', was, words), ...displayable('is', is, words) }
  }
}

const isObject = (value: unknown): value is object =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

function displayable(name: string, value: unknown, words: ReadonlySet<string>): Record<string, unknown> {
  const isPlain = value === null || ['number', 'boolean'].includes(typeof value)
  return isPlain || (typeof value === 'string' && words.has(value)) ? { [name]: value } : {}
}
