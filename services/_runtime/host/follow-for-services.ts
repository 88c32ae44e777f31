import { services } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'
import type { ServiceName } from '#topology/types.ts'
import { requiredValue } from '../core/checked.ts'
import type { Position } from '../log/event-log.ts'
import { findNewestRecords } from '../log/newest-records.ts'
import type { AgentTable } from '../processing/agents.ts'
import type { AnyHttpApi } from '../processing/any-service.ts'
import { type FollowedTopics, followTopics } from '../processing/follow-topics.ts'

/** Follows the topics of these services, and `agents` for the table of the runtime. Resolves when they were read to their ends. */
export async function followForServices(
  runtime: Parameters<typeof followTopics>[0] & { readonly agents: AgentTable },
  names: readonly ServiceName[],
  httpApis: ReadonlyMap<ServiceName, AnyHttpApi>,
  signal: AbortSignal,
): Promise<FollowedTopics> {
  const { agents, log } = runtime
  const topicsOf = (name: ServiceName): readonly string[] => services[name].follows
  const apisOf = (followed: string): readonly AnyHttpApi[] =>
    [...httpApis].flatMap(([name, api]) => (topicsOf(name).includes(followed) ? [api] : []))

  const from: Position[] = []
  for (const { newest } of httpApis.values()) {
    // A topic that another service needs as a whole is read from its beginning.
    const topics = newest?.topics.filter(name => apisOf(name).every(api => api.newest?.topics.includes(name))) ?? []
    if (!newest || topics.length === 0) continue
    const found = await findNewestRecords(log, topics, newest, signal)
    from.push(...found.from)
    if (found.since !== null) newest.onLeftOut(found.since)
  }
  const topics = new Set<string>([topic.agents, ...names.flatMap(topicsOf)])
  const apis = new Map(Array.from(topics, name => [name, apisOf(name)]))
  return followTopics(
    runtime,
    [...topics],
    record => {
      agents.onRecord(record)
      for (const api of requiredValue(apis, record.topic)) api.onRecord?.(record)
    },
    signal,
    {
      from,
      onUnreadable: record => {
        for (const api of requiredValue(apis, record.topic)) api.onUnreadable?.(record)
      },
    },
  )
}
