import type { AgentDescribed } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import { Fault } from '../core/faults.ts'
import type { Agents } from '../service.ts'
import type { FollowedRecord } from './follow-topics.ts'

/** How long `waitFor` waits for an agent that was not described yet. */
const waitMilliseconds = 5_000

/** The implementation of `Agents`. `onRecord` gets the records of all followed topics and stores those of `agents`. */
export type AgentTable = Agents & { readonly onRecord: (followed: FollowedRecord) => void }

export function createAgentTable(milliseconds = waitMilliseconds): AgentTable {
  const known = new Map<string, AgentDescribed>()
  /** Pending calls of `waitFor`, by agent. */
  const waiting = new Map<string, Set<(agent: AgentDescribed) => void>>()

  const nextDescription = (agent: string): Promise<AgentDescribed> =>
    new Promise((resolve, reject) => {
      const calls = waiting.get(agent) ?? new Set()
      waiting.set(agent, calls)
      const timer = setTimeout(() => {
        calls.delete(onDescribed)
        if (calls.size === 0) waiting.delete(agent)
        reject(unknownAgentFault(agent))
      }, milliseconds)
      const onDescribed = (described: AgentDescribed): void => {
        clearTimeout(timer)
        resolve(described)
      }
      calls.add(onDescribed)
    })

  return {
    get: agent => known.get(agent),
    all: () => [...known.values()],
    waitFor: async agent => known.get(agent) ?? nextDescription(agent),
    onRecord(followed) {
      if (!isAgentDescribed(followed)) return
      const { event } = followed
      known.set(event.agent, event)
      for (const onDescribed of waiting.get(event.agent) ?? []) onDescribed(event)
      waiting.delete(event.agent)
    },
  }
}

/** The codec has checked the event against the schema of its topic. */
const isAgentDescribed = (followed: FollowedRecord): followed is FollowedRecord & { readonly event: AgentDescribed } =>
  followed.topic === topic.agents

const unknownAgentFault = (agent: string): Fault =>
  new Fault('FLY_AGENT', 'the agent is not registered: PUT it to ingest at /v1/agents/AGENT, then re-drive', { agent })
