import type { TopicSpec, TopicState } from '#runtime/log.ts'
import type { WantedTopic } from './wanted.ts'

/** One thing to do so that the log has the wanted topics, or one that is refused and why. */
export type Step =
  | { readonly do: 'create'; readonly topic: TopicSpec }
  | { readonly do: 'grow'; readonly topic: TopicState; readonly from: number }
  | { readonly do: 'refuse'; readonly topic: TopicState; readonly from: number; readonly because: string }

/**
 * Compares what is wanted with what the log has, and says what to do; applying is the runtime's job. Topics that are not
 * ours are left alone. Growing a topic whose keys would move is refused unless `force`d. After the steps have been
 * applied, planning again gives nothing but the same refusals.
 */
export function plan(
  wanted: readonly WantedTopic[],
  actual: readonly TopicState[],
  { force = false }: { readonly force?: boolean } = {},
): readonly Step[] {
  const present = new Map(actual.map(({ name, partitions }) => [name, partitions]))
  return wanted.flatMap(topic => stepFor(topic, present.get(topic.name), force))
}

function stepFor({ breaks, ...spec }: WantedTopic, from: number | undefined, force: boolean): readonly Step[] {
  if (from === undefined) return [{ do: 'create', topic: spec }]
  const { keep: _unchanged, ...topic } = spec
  const { name, partitions } = topic
  if (from === partitions) return []
  if (from > partitions) {
    const because = `${name} has ${from} partitions and the map wants ${partitions}: a topic cannot shrink`
    return [{ do: 'refuse', topic, from, because }]
  }
  if (breaks === undefined || force) return [{ do: 'grow', topic, from }]
  const because = `${name} has ${from} partitions and the map wants ${partitions}, but growing moves keys: ${breaks}`
  return [{ do: 'refuse', topic, from, because }]
}
