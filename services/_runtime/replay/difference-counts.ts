import { avro } from '#schemas/avro.ts'
import { topicDefinitions } from '#topology/derive/definitions.ts'
import type { Comparison, Difference } from './compare.ts'

/** Number of events of one topic by comparison, and number of changed events by the field that differs. */
export type TopicDiff = {
  same: number
  changed: number
  added: number
  removed: number
  fields: Record<string, number>
}

/** A difference, with the input of the decision. */
export type DifferenceExample = Difference & { readonly inputId: string }

/** The differences of a run: their counts, and the first of them as examples. */
export type DifferenceCounts = {
  readonly add: (comparison: Comparison, inputId: string) => void
  readonly topics: Readonly<Record<string, TopicDiff>>
  readonly examples: readonly DifferenceExample[]
}

const maxExamples = 20

export function createDifferenceCounter(): DifferenceCounts {
  const topics: Record<string, TopicDiff> = {}
  const examples: DifferenceExample[] = []
  const diffOf = (topic: string): TopicDiff => {
    topics[topic] ??= { same: 0, changed: 0, added: 0, removed: 0, fields: {} }
    return topics[topic]
  }
  return {
    ...{ topics, examples },
    add({ same, differences }, inputId) {
      for (const topic of same) diffOf(topic).same++
      for (const difference of differences) {
        const counts = diffOf(difference.topic)
        counts[difference.change]++
        if (difference.change === 'changed')
          for (const { field } of difference.fields) counts.fields[field] = (counts.fields[field] ?? 0) + 1
        if (examples.length < maxExamples) examples.push({ ...difference, inputId })
      }
    },
  }
}

/** The symbols of the enums in the schema of each topic: text that is not a customer's. */
export const enumSymbolsByTopic: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(topicDefinitions).map(([topic, { event }]) => [topic, new Set(symbolsIn(avro[event]))]),
)

function symbolsIn(schema: unknown): readonly string[] {
  if (schema === null || typeof schema !== 'object') return []
  if ('symbols' in schema) return schema.symbols as readonly string[]
  return Object.values(schema).flatMap(symbolsIn)
}
