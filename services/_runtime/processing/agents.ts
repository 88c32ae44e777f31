import type { AgentDescribed } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import { Fault } from '../core/faults.ts'
import type { Agents } from '../service.ts'
import type { FollowedRecord } from './follow-topics.ts'

/** How long `waitFor` waits for an agent that was not described yet, in milliseconds. */
const waitMs = 2_000
/** An agent that did not come is not waited for again during this time, unless it comes. */
const missedMs = 60_000
/** Above this number of agents that are waited for or did not come, others are not waited for: they hold up everyone behind them. */
const maxMissing = 32

/** The implementation of `Agents`. `onRecord` gets the records of all followed topics and stores those of `agents`. */
export type AgentTable = Agents & { readonly onRecord: (followed: FollowedRecord) => void }

export function createAgentTable(): AgentTable {
  const known = new Map<string, AgentDescribed>()
  /** The one wait for each agent. */
  const waiting = new Map<string, PromiseWithResolvers<AgentDescribed>>()
  const missed = new Set<string>()

  const waitOnce = (agent: string): Promise<AgentDescribed> => {
    const coming = Promise.withResolvers<AgentDescribed>()
    waiting.set(agent, coming)
    const giveUp = (): void => {
      waiting.delete(agent)
      missed.add(agent)
      setTimeout(() => missed.delete(agent), missedMs).unref()
      coming.reject(unknownAgentFault(agent))
    }
    const timer = setTimeout(giveUp, waitMs)
    return coming.promise.finally(() => clearTimeout(timer))
  }

  return {
    get: agent => known.get(agent),
    all: () => [...known.values()],
    async waitFor(agent) {
      const described = known.get(agent) ?? waiting.get(agent)?.promise
      if (described) return described
      if (missed.has(agent) || missed.size + waiting.size >= maxMissing) throw unknownAgentFault(agent)
      return waitOnce(agent)
    },
    onRecord(followed) {
      if (!isAgentDescribed(followed)) return
      const { event } = followed
      if (event.removed) {
        known.delete(event.agent)
        return
      }
      known.set(event.agent, event)
      missed.delete(event.agent)
      waiting.get(event.agent)?.resolve(event)
      waiting.delete(event.agent)
    },
  }
}

/** The codec has checked the event against the schema of its topic. */
const isAgentDescribed = (followed: FollowedRecord): followed is FollowedRecord & { readonly event: AgentDescribed } =>
  followed.topic === topic.agents

const unknownAgentFault = (agent: string): Fault =>
  new Fault('FLY_AGENT', 'the agent is not registered: PUT it to ingest at /v1/agents/AGENT, then re-drive', { agent })
