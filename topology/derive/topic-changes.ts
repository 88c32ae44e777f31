import type { ExistingTopic, TopicPartitionCount, TopicSpec } from '#runtime/log/event-log.ts'
import type { RequiredTopic } from './required-topics.ts'

/** One thing to do so that the log has the wanted topics, or one that is refused and why. */
export type TopicChange =
  | { readonly do: 'create'; readonly topic: TopicSpec }
  | { readonly do: 'grow'; readonly topic: TopicPartitionCount; readonly from: number }
  | { readonly do: 'refuse'; readonly topic: TopicPartitionCount; readonly from: number; readonly because: string }

/**
 * Compares what is wanted with what the log has, and says what to do; applying is the runtime's job. Topics that are not
 * ours are left alone. Growing a topic whose keys would move is refused unless `force`d; fewer than `replicas` are refused
 * in any case, since only the brokers' own tools add some. After the steps have been applied, planning again gives nothing
 * but the same refusals.
 */
export function planTopicChanges(
  wanted: readonly RequiredTopic[],
  actual: readonly ExistingTopic[],
  { force = false, replicas = 1 }: { readonly force?: boolean; readonly replicas?: number } = {},
): readonly TopicChange[] {
  const present = new Map(actual.map(found => [found.name, found]))
  return wanted.flatMap(topic => changesFor(topic, present.get(topic.name), force, replicas))
}

function changesFor(
  { breaks, ...spec }: RequiredTopic,
  found: ExistingTopic | undefined,
  force: boolean,
  replicas: number,
): readonly TopicChange[] {
  if (found === undefined) return [{ do: 'create', topic: spec }]
  const { keep: _unchanged, ...topic } = spec
  const { name, partitions } = topic
  const from = found.partitions
  const growable = from < partitions && (breaks === undefined || force)
  const reasons: string[] = []
  if (found.replicas !== undefined && found.replicas < replicas)
    reasons.push(
      `${name} has ${found.replicas} replicas and FLYWHEEL_KAFKA_REPLICATION wants ${replicas}: add some with kafka-reassign-partitions, or lower the setting`,
    )
  if (from !== partitions && !growable) {
    const why = from > partitions ? 'but a topic cannot shrink' : `but growing moves keys: ${breaks}`
    reasons.push(`${name} has ${from} partitions and the map wants ${partitions}, ${why}; let the map say ${from}`)
  }
  if (reasons.length > 0) return [{ do: 'refuse', topic, from, because: reasons.join('; ') }]
  return growable ? [{ do: 'grow', topic, from }] : []
}
