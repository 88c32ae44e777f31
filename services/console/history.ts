import { hourMs, hourOf } from '#runtime/core/hours.ts'
import type { FollowedEvent } from '#runtime/service.ts'
import type {
  AgentDescribed,
  CandidateEvaluated,
  DatasetDecided,
  IntentEmerged,
  JudgeExamined,
  ReleaseDecided,
} from '#schemas/events.ts'
import { type SampledTurn, withScore } from '#statistics/estimation-rows.ts'
import { topic } from '#topology/topic-names.ts'
import type { GoldScore } from './quality.ts'

/** Newest sampled turns of an agent that the estimate of quality uses. */
export const MAX_SAMPLES = 100_000
/** Newest scores and counts of turns, of all agents together, that the start reads; a few seconds. */
export const readAtStart = { records: 200_000, bytes: 268_435_456 } as const
/** Newest datasets, evaluations, releases and emerging intents of an agent that are kept of each. */
export const MAX_EVENTS = 200

/** What the console has seen of an agent; lists are oldest first. */
export type AgentHistory = {
  described: AgentDescribed | null
  /** By sample id; corrections are left out. */
  readonly samples: Map<string, SampledTurn<GoldScore>>
  /** Production turns that the sampler counted, by the hour in which it published the count; of the last day. */
  readonly turns: Map<number, number>
  readonly emerging: IntentEmerged[]
  /** The newest examination of each version of the judge. */
  readonly judges: Map<string, JudgeExamined>
  readonly datasets: DatasetDecided[]
  waiting: DatasetDecided | null
  readonly evaluations: CandidateEvaluated[]
  readonly releases: ReleaseDecided[]
}

/** Adds one followed record to the history of its agent; lost positions are of no agent. */
export function applyRecord(histories: Map<string, AgentHistory>, followed: FollowedEvent<'console'>): void {
  if (followed.topic === topic.lostPositions) return
  const { agent } = followed.event
  const history = histories.get(agent) ?? emptyHistory()
  histories.set(agent, history)
  switch (followed.topic) {
    case topic.agents:
      history.described = followed.event
      return
    case topic.scoredSamples: {
      const { sampleId, score } = followed.event
      const sampled = withScore(history.samples.get(sampleId), followed.event, { score })
      if (sampled === undefined) return
      history.samples.set(sampleId, sampled)
      dropOldest(history.samples)
      return
    }
    case topic.trafficCounts:
      addTurns(history.turns, hourOf(followed.timestamp), followed.event.turns)
      return
    case topic.emergingIntents:
      pushBounded(history.emerging, followed.event)
      return
    case topic.judgeExaminations: {
      const { judge, rubric, prompt, model } = followed.event
      history.judges.set(JSON.stringify([judge, rubric, prompt, model]), followed.event)
      return
    }
    case topic.datasets:
      history.waiting = followed.event.outcome === 'waiting' ? followed.event : null
      if (followed.event.outcome === 'curated') pushBounded(history.datasets, followed.event)
      return
    case topic.evaluations:
      pushBounded(history.evaluations, followed.event)
      return
    case topic.releases:
      pushBounded(history.releases, followed.event)
      return
    default:
      followed satisfies never
  }
}

const emptyHistory = (): AgentHistory => ({
  described: null,
  samples: new Map(),
  turns: new Map(),
  emerging: [],
  judges: new Map(),
  datasets: [],
  waiting: null,
  evaluations: [],
  releases: [],
})

/** Hours that are counted, the current one included. */
const countedHours = 24

function addTurns(byHour: Map<number, number>, hour: number, turns: number): void {
  byHour.set(hour, (byHour.get(hour) ?? 0) + turns)
  for (const other of byHour.keys()) if (other <= hour - countedHours * hourMs) byHour.delete(other)
}

/** Of the last day up to now. */
export function turnsOfDay(byHour: ReadonlyMap<number, number>, now: number): number {
  return [...byHour].reduce((sum, [hour, turns]) => (hour > now - countedHours * hourMs ? sum + turns : sum), 0)
}

function pushBounded<T>(list: T[], item: T): void {
  list.push(item)
  if (list.length > MAX_EVENTS) list.shift()
}

function dropOldest(samples: AgentHistory['samples']): void {
  const [oldest] = samples.keys()
  if (samples.size > MAX_SAMPLES && oldest !== undefined) samples.delete(oldest)
}
