import type { Followed } from '#runtime/service.ts'
import type {
  AgentDescribed,
  CandidateEvaluated,
  DatasetDecided,
  IntentEmerged,
  JudgeExamined,
  ReleaseDecided,
} from '#schemas/events.ts'
import { topic } from '#topology/names.ts'

/** Newest sampled turns of an agent that the estimate of quality rests on. */
export const MAX_SAMPLES = 100_000
/** Newest datasets, evaluations and releases of an agent that are kept of each. */
export const MAX_SHOWN = 200

/** A sampled production turn: its inclusion probability, and its score against gold once there is one. */
export type Scored = { readonly probability: number; readonly score: number | null }

/** What was seen of an agent; lists are oldest first. */
export type Seen = {
  described: AgentDescribed | null
  /** By sample id. */
  readonly samples: Map<string, Scored>
  /** Turns of production that the sampler counted. */
  turns: number
  readonly emerging: IntentEmerged[]
  /** The newest examination of each version of the judge. */
  readonly judges: Map<string, JudgeExamined>
  readonly datasets: DatasetDecided[]
  waiting: DatasetDecided | null
  readonly evaluations: CandidateEvaluated[]
  readonly releases: ReleaseDecided[]
}

/** Takes one followed record into memory. */
export function see(memory: Map<string, Seen>, followed: Followed<'console'>): void {
  const { agent } = followed.event
  const seen = memory.get(agent) ?? nothingSeen()
  memory.set(agent, seen)
  switch (followed.topic) {
    case topic.agents:
      seen.described = followed.event
      return
    case topic.scoredSamples: {
      const { source, sampleId, inclusionProbability: probability, score, trusted } = followed.event
      if (source === 'synthetic') return
      const before = seen.samples.get(sampleId)?.score ?? null
      bound(seen.samples.set(sampleId, { probability, score: source === 'gold' && trusted ? score : before }))
      return
    }
    case topic.trafficCounts:
      seen.turns += followed.event.turns
      return
    case topic.emergingIntents:
      push(seen.emerging, followed.event)
      return
    case topic.judgeExaminations: {
      const { judge, rubric, prompt, model } = followed.event
      seen.judges.set([judge, rubric, prompt, model].join(' '), followed.event)
      return
    }
    case topic.datasets:
      seen.waiting = followed.event.outcome === 'waiting' ? followed.event : null
      if (followed.event.outcome === 'curated') push(seen.datasets, followed.event)
      return
    case topic.evaluations:
      push(seen.evaluations, followed.event)
      return
    case topic.releases:
      push(seen.releases, followed.event)
      return
    default:
      followed satisfies never
  }
}

const nothingSeen = (): Seen => ({
  described: null,
  samples: new Map(),
  turns: 0,
  emerging: [],
  judges: new Map(),
  datasets: [],
  waiting: null,
  evaluations: [],
  releases: [],
})

function push<T>(list: T[], item: T): void {
  list.push(item)
  if (list.length > MAX_SHOWN) list.shift()
}

function bound(samples: Map<string, Scored>): void {
  const [oldest] = samples.keys()
  if (samples.size > MAX_SAMPLES && oldest !== undefined) samples.delete(oldest)
}
