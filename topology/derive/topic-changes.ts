import type { RequiredTopic } from './required-topics.ts'

type TopicPartitionCount = Pick<RequiredTopic, 'name' | 'partitions'>
/** A topic of the log; `replicas` is absent where the log has no replication. */
type ExistingTopic = TopicPartitionCount & { readonly replicas?: number }

/** A change that gives the log a required topic, or one that is refused, with the reason. */
export type TopicChange =
  | { readonly do: 'create'; readonly topic: Omit<RequiredTopic, 'breaks'> }
  | { readonly do: 'grow'; readonly topic: TopicPartitionCount; readonly from: number }
  | { readonly do: 'refuse'; readonly topic: TopicPartitionCount; readonly from: number; readonly because: string }

/**
 * The changes that give the log the required topics. Other topics of the log are ignored. Refused are: fewer partitions, more
 * partitions where keys would move, and fewer replicas than `replicas`, which only the brokers' own tools can change. After
 * the changes have been applied, the plan contains only the same refusals.
 */
export function planTopicChanges(
  required: readonly RequiredTopic[],
  existing: readonly ExistingTopic[],
  { replicas = 1 }: { readonly replicas?: number } = {},
): readonly TopicChange[] {
  const byName = new Map(existing.map(found => [found.name, found]))
  return required.flatMap(topic => changesFor(topic, byName.get(topic.name), replicas))
}

function changesFor(
  { breaks, ...spec }: RequiredTopic,
  found: ExistingTopic | undefined,
  replicas: number,
): readonly TopicChange[] {
  if (found === undefined) return [{ do: 'create', topic: spec }]
  const { keep: _unchanged, ...topic } = spec
  const { name, partitions } = topic
  const from = found.partitions
  const growable = from < partitions && breaks === undefined
  const reasons: string[] = []
  if (found.replicas !== undefined && found.replicas < replicas)
    reasons.push(
      `${name} has ${found.replicas} replicas and FLYWHEEL_KAFKA_REPLICATION wants ${replicas}: add replicas with kafka-reassign-partitions, or lower the setting`,
    )
  if (from !== partitions && !growable) {
    const why = from > partitions ? 'but a topic cannot shrink' : `but more partitions move keys: ${breaks}`
    reasons.push(`${name} has ${from} partitions and the map wants ${partitions}, ${why}; set ${from} in the map`)
  }
  if (reasons.length > 0) return [{ do: 'refuse', topic, from, because: reasons.join('; ') }]
  return growable ? [{ do: 'grow', topic, from }] : []
}
