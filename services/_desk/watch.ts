import type { World } from '#runtime/host/open.ts'
import { type FollowedRecord, follow } from '#runtime/processing/follow.ts'
import type {
  CandidateEvaluated,
  DatasetDecided,
  GoldAnswered,
  ReleaseDecided,
  SampleSelected,
  TuningDecided,
} from '#schemas/events.ts'
import { topic } from '#topology/names.ts'

/** What the desk knows of the wheel: the events of one agent, as any subscriber sees them. */
export type Seen = {
  readonly samples: SampleSelected[]
  readonly gold: GoldAnswered[]
  readonly datasets: DatasetDecided[]
  readonly tuning: TuningDecided[]
  readonly evaluations: CandidateEvaluated[]
  readonly releases: ReleaseDecided[]
}

export type Watch = {
  readonly seen: Seen
  /** Waits until `holds` answers something, looking again after each event. */
  readonly until: <T>(holds: (seen: Seen) => T | undefined | false) => Promise<T>
}

/** Follows the topics of one agent from their beginning; `onEvent` is called for what is new. */
export async function watchAgent(
  world: Pick<World, 'log' | 'codec' | 'logger'>,
  agent: string,
  onEvent: (followed: FollowedRecord) => void,
  signal: AbortSignal,
): Promise<Watch> {
  const seen: Seen = { samples: [], gold: [], datasets: [], tuning: [], evaluations: [], releases: [] }
  const lists: Record<string, object[]> = {
    [topic.selectedSamples]: seen.samples,
    [topic.goldAnswers]: seen.gold,
    [topic.datasets]: seen.datasets,
    [topic.tuningRequests]: seen.tuning,
    [topic.evaluations]: seen.evaluations,
    [topic.releases]: seen.releases,
  }
  const waiting = new Set<() => void>()
  const saw = (followed: FollowedRecord): void => {
    if ((followed.event as { agent: string }).agent !== agent) return
    lists[followed.topic]?.push(followed.event)
    onEvent(followed)
    for (const look of waiting) look()
  }
  const { done } = await follow(world, Object.keys(lists), saw, signal)
  return {
    seen,
    until: holds =>
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
