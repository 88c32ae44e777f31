import { type FollowedRecord, followTopics } from '#runtime/processing/follow-topics.ts'
import { topic } from '#topology/topic-names.ts'
import type { EventOf } from '#topology/types.ts'

const watchedTopics = [
  topic.selectedSamples,
  topic.goldAnswers,
  topic.datasets,
  topic.tuningRequests,
  topic.evaluations,
  topic.releases,
] as const
type WatchedTopic = (typeof watchedTopics)[number]

/** An event of a watched topic; `topic` tells which. */
export type AgentEvent = { [T in WatchedTopic]: { readonly topic: T; readonly event: EventOf<T> } }[WatchedTopic]

/** The events of one agent so far, each topic in its order. */
export type AgentEvents = {
  readonly samples: EventOf<typeof topic.selectedSamples>[]
  readonly gold: EventOf<typeof topic.goldAnswers>[]
  readonly datasets: EventOf<typeof topic.datasets>[]
  readonly tuning: EventOf<typeof topic.tuningRequests>[]
  readonly evaluations: EventOf<typeof topic.evaluations>[]
  readonly releases: EventOf<typeof topic.releases>[]
}

export type AgentWatcher = {
  readonly seen: AgentEvents
  /** Resolves with what `find` returns, as soon as that is something; it is called after every event. */
  readonly waitFor: <T>(find: (seen: AgentEvents) => T | undefined | false) => Promise<T>
}

/** Follows the topics of one agent from their beginning, as any subscriber can; `onEvent` is called for each event. */
export async function watchAgent(
  context: Parameters<typeof followTopics>[0],
  agent: string,
  onEvent: (event: AgentEvent) => void,
  signal: AbortSignal,
): Promise<AgentWatcher> {
  const seen: AgentEvents = { samples: [], gold: [], datasets: [], tuning: [], evaluations: [], releases: [] }
  const waiting = new Set<() => void>()
  const onRecord = (followed: FollowedRecord): void => {
    // The codec decodes each topic by its own schema.
    const received = followed as AgentEvent
    if (received.event.agent !== agent) return
    addTo(seen, received)
    onEvent(received)
    for (const check of waiting) check()
  }
  const { done } = await followTopics(context, watchedTopics, onRecord, signal)
  return {
    seen,
    waitFor: find =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const found = find(seen)
          if (found === undefined || found === false) return
          waiting.delete(check)
          resolve(found)
        }
        waiting.add(check)
        check()
        done.then(() => reject(new Error('the log was closed before the awaited event came')), reject)
      }),
  }
}

function addTo(seen: AgentEvents, { topic: from, event }: AgentEvent): void {
  switch (from) {
    case topic.selectedSamples:
      return void seen.samples.push(event)
    case topic.goldAnswers:
      return void seen.gold.push(event)
    case topic.datasets:
      return void seen.datasets.push(event)
    case topic.tuningRequests:
      return void seen.tuning.push(event)
    case topic.evaluations:
      return void seen.evaluations.push(event)
    case topic.releases:
      return void seen.releases.push(event)
    default:
      from satisfies never
  }
}
