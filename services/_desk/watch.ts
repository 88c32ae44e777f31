import type { Runtime } from '#runtime/host/open-runtime.ts'
import { type FollowedRecord, followTopics } from '#runtime/processing/follow-topics.ts'
import type {
  CandidateEvaluated,
  DatasetDecided,
  GoldAnswered,
  ReleaseDecided,
  SampleSelected,
  TuningDecided,
} from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'

/** What the desk knows of the wheel: the events of one agent, as any subscriber sees them. */
export type AgentEvents = {
  readonly samples: SampleSelected[]
  readonly gold: GoldAnswered[]
  readonly datasets: DatasetDecided[]
  readonly tuning: TuningDecided[]
  readonly evaluations: CandidateEvaluated[]
  readonly releases: ReleaseDecided[]
}

export type AgentWatcher = {
  readonly seen: AgentEvents
  /** Waits until `holds` answers something, looking again after each event. */
  readonly waitFor: <T>(holds: (seen: AgentEvents) => T | undefined | false) => Promise<T>
}

/** Follows the topics of one agent from their beginning; `onEvent` is called for what is new. */
export async function watchAgent(
  world: Pick<Runtime, 'log' | 'codec' | 'logger'>,
  agent: string,
  onEvent: (followed: FollowedRecord) => void,
  signal: AbortSignal,
): Promise<AgentWatcher> {
  const seen: AgentEvents = { samples: [], gold: [], datasets: [], tuning: [], evaluations: [], releases: [] }
  const lists: Record<string, object[]> = {
    [topic.selectedSamples]: seen.samples,
    [topic.goldAnswers]: seen.gold,
    [topic.datasets]: seen.datasets,
    [topic.tuningRequests]: seen.tuning,
    [topic.evaluations]: seen.evaluations,
    [topic.releases]: seen.releases,
  }
  const waiting = new Set<() => void>()
  const onRecord = (followed: FollowedRecord): void => {
    if ((followed.event as { agent: string }).agent !== agent) return
    lists[followed.topic]?.push(followed.event)
    onEvent(followed)
    for (const look of waiting) look()
  }
  const { done } = await followTopics(world, Object.keys(lists), onRecord, signal)
  return {
    seen,
    waitFor: holds =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = holds(seen)
          if (found === undefined || found === false) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
        done.then(() => reject(new Error('stopped before it came')), reject)
      }),
  }
}
