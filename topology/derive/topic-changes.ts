import type { RequiredTopic } from './required-topics.ts'

type TopicPartitionCount = Pick<RequiredTopic, 'name' | 'partitions'>
/** A topic of the log; `replicas` is absent where the log has no replication. */
type ExistingTopic = TopicPartitionCount & { readonly replicas?: number }

/** A change that gives the log a required topic, one that is refused, or a difference that is tolerated, with the reason. */
export type TopicChange =
  | { readonly do: 'create'; readonly topic: Omit<RequiredTopic, 'breaks'> }
  | { readonly do: 'grow'; readonly topic: TopicPartitionCount; readonly from: number }
  | { readonly do: 'refuse'; readonly topic: TopicPartitionCount; readonly from: number; readonly because: string }
  | { readonly do: 'warn'; readonly topic: TopicPartitionCount; readonly because: string }

/** A setting of an existing topic that differs; `loses` says which records are lost by it, undefined where none are. */
type SettingDifference = {
  readonly topic: string
  readonly setting: string
  readonly is: string
  readonly should: string
  readonly loses: string | undefined
}

/**
 * The changes that give the log the required topics. Other topics of the log are ignored. Refused are: fewer partitions, more
 * partitions where keys would move, fewer replicas than `replicas` and settings that lose records, which only the brokers' own
 * tools can change. After the changes have been applied, the plan contains only the same refusals and warnings.
 */
export function planTopicChanges(
  required: readonly RequiredTopic[],
  existing: readonly ExistingTopic[],
  { replicas = 1, settings = [], prefix = '' }: PlanOptions = {},
): readonly TopicChange[] {
  const byName = new Map(existing.map(found => [found.name, found]))
  const settingsOf = Map.groupBy(settings, ({ topic }) => topic)
  return required.flatMap(topic =>
    changesFor(topic, byName.get(topic.name), replicas, settingsOf.get(topic.name) ?? [], prefix),
  )
}

type PlanOptions = {
  /** The least number of replicas. */
  readonly replicas?: number
  readonly settings?: readonly SettingDifference[]
  /** What the names of the topics begin with at the brokers (`namespacePrefix`). Reasons have the full names. */
  readonly prefix?: string
}

function changesFor(
  { breaks, ...spec }: RequiredTopic,
  found: ExistingTopic | undefined,
  replicas: number,
  settings: readonly SettingDifference[],
  prefix: string,
): readonly TopicChange[] {
  if (found === undefined) return [{ do: 'create', topic: spec }]
  const { keep: _unchanged, ...topic } = spec
  const { partitions } = topic
  const name = prefix + topic.name
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
  reasons.push(...settings.flatMap(difference => (difference.loses === undefined ? [] : settingText(name, difference))))
  const tolerated = settings.filter(({ loses }) => loses === undefined).map(difference => settingText(name, difference))
  const warnings: readonly TopicChange[] =
    tolerated.length > 0 ? [{ do: 'warn', topic, because: tolerated.join('; ') }] : []
  if (reasons.length > 0) return [{ do: 'refuse', topic, from, because: reasons.join('; ') }, ...warnings]
  return growable ? [{ do: 'grow', topic, from }, ...warnings] : warnings
}

function settingText(topic: string, { setting, is, should, loses }: SettingDifference): string {
  const consequence = loses === undefined ? '' : `, so ${loses}`
  return `${topic} has ${setting}=${is} and the map wants ${should}${consequence}; kafka-configs --alter --entity-type topics --entity-name ${topic} --add-config ${setting}=${should}`
}
