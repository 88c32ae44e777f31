import type { EventLog, LogRecord, NewRecord, PartitionConsumer } from './event-log.ts'

/**
 * The part of a log that belongs to one deployment: the names of its topics and groups, and so of its transactional ids, begin with
 * the prefix. Its users see the names without it, and no topics of others. Messages of faults have the full names.
 */
export function createNamespacedLog(log: EventLog, prefix: string): EventLog {
  const full = (name: string): string => prefix + name
  const allFull = (names: readonly string[]): readonly string[] => names.map(full)
  const withFull = <T extends { readonly topic: string }>(items: readonly T[]): readonly T[] =>
    items.map(item => ({ ...item, topic: full(item.topic) }))
  const withShort = <T extends { readonly topic: string }>(items: readonly T[]): readonly T[] =>
    items.map(item => ({ ...item, topic: item.topic.slice(prefix.length) }))
  const withFullNames = <T extends { readonly name: string }>(items: readonly T[]): readonly T[] =>
    items.map(item => ({ ...item, name: full(item.name) }))

  const consumerOf = (consumer: PartitionConsumer): PartitionConsumer => ({
    partition: consumer.partition,
    signal: consumer.signal,
    uncommitted: withShort(consumer.uncommitted),
    takeGaps: () => withShort(consumer.takeGaps()),
    poll: async max => withShort<LogRecord>(await consumer.poll(max)),
    commit: async (outputs, consumed) =>
      withShort(await consumer.commit(withFull<NewRecord>(outputs), withFull(consumed))),
  })

  return {
    append: records => log.append(withFull(records)),
    join: (group, topics, consume, signal, onMembership) =>
      log.join(full(group), allFull(topics), consumer => consume(consumerOf(consumer)), signal, onMembership),
    read: (topics, options, onRecords, signal) => {
      const { from } = options
      return log.read(
        allFull(topics),
        { ...options, from: typeof from === 'string' ? from : withFull(from) },
        records => onRecords(withShort(records)),
        signal,
      )
    },
    topics: async () =>
      (await log.topics()).flatMap(topic =>
        topic.name.startsWith(prefix) ? [{ ...topic, name: topic.name.slice(prefix.length) }] : [],
      ),
    createTopics: specs => log.createTopics(withFullNames(specs)),
    settingDifferences: async specs => withShort(await log.settingDifferences(withFullNames(specs))),
    growTopic: topic => log.growTopic({ ...topic, name: full(topic.name) }),
    lag: async (group, topics) => withShort(await log.lag(full(group), allFull(topics))),
    positionsAt: async (topics, time) => withShort(await log.positionsAt(allFull(topics), time)),
    committed: async (group, topics) => withShort(await log.committed(full(group), allFull(topics))),
    resetPositions: (group, positions) => log.resetPositions(full(group), withFull(positions)),
    bounds: async topics => withShort(await log.bounds(allFull(topics))),
    close: () => log.close(),
  }
}
