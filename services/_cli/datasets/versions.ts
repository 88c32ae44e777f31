import { Fault } from '#runtime/core/faults.ts'
import type { AgentDescribed, DatasetDecided } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { RecordReader } from '../read-records.ts'

/** A dataset that the curator built: a version of an agent, with the digests of its two sets. */
export type DatasetVersion = DatasetDecided & { readonly dataset: string; readonly evaluation: string }

/** All datasets of all agents, by agent and version. */
export async function readVersions(records: RecordReader): Promise<readonly DatasetVersion[]> {
  const events = await readEvents<DatasetDecided>(records, topic.datasets)
  const built = events.filter(event => event.outcome === 'curated').filter(hasDigests)
  return built.toSorted((a, b) => (a.agent < b.agent ? -1 : a.agent > b.agent ? 1 : a.version - b.version))
}

const hasDigests = (event: DatasetDecided): event is DatasetVersion =>
  event.dataset !== null && event.evaluation !== null

/** The version of an agent, or its newest one. FLY_USAGE with the known ones where there is none. */
export function versionOf(
  versions: readonly DatasetVersion[],
  agent: string,
  version: number | undefined,
): DatasetVersion {
  const ofAgent = versions.filter(other => other.agent === agent)
  const found = version === undefined ? ofAgent.at(-1) : ofAgent.find(other => other.version === version)
  if (found !== undefined) return found
  if (ofAgent.length > 0)
    throw new Fault(
      'FLY_USAGE',
      `agent ${agent} has no dataset ${version}; it has ${ofAgent.map(other => other.version).join(', ')}`,
    )
  const agents = [...new Set(versions.map(other => other.agent))]
  throw new Fault('FLY_USAGE', `agent ${agent} has no dataset; agents with one: ${agents.join(', ') || 'none'}`)
}

/** The newest description of an agent, also of a removed one. FLY_USAGE where there is none. */
export async function readAgent(records: RecordReader, agent: string): Promise<AgentDescribed> {
  const described = await readEvents<AgentDescribed>(records, topic.agents)
  const newest = described.findLast(event => event.agent === agent)
  if (newest === undefined)
    throw new Fault('FLY_USAGE', `agent ${agent} is not registered: flywheel agents add FILE gives it its tools`)
  return newest
}

async function readEvents<E extends object>(records: RecordReader, name: string): Promise<readonly E[]> {
  const events: E[] = []
  await records.read(name, { from: 'beginning', follow: false }, batch => {
    for (const { event } of batch) if ('agent' in event) events.push(event as E)
  })
  return events
}
