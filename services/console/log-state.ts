import type { Clock } from '#runtime/core/clock.ts'
import { rejectOnTimeout } from '#runtime/core/deadline.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { HttpApiContext } from '#runtime/service.ts'
import { consumingServices, topicNames } from '#topology/derive/definitions.ts'
import type { ServiceName } from '#topology/types.ts'
import { createOverdueCounter } from './overdue.ts'
import { createReconciler, type ReconcilerContext } from './reconcile-sources.ts'
import { type LogState, type Outage, serviceView, topicViews } from './status.ts'

/** Milliseconds for which the state is kept: it costs many requests to the log, however many look at it. */
const cacheMs = 2_000
/** Milliseconds within which everyone who looks is answered, whatever the log does. */
const answerMs = 5_000

export type LogContext = ReconcilerContext & Pick<HttpApiContext<'console'>, 'lag' | 'countUnresolved' | 'bounds'>

export type KnownLogState = { readonly state: LogState; readonly outage: Outage | null }

/**
 * The state of the log now or, while the log does not answer, the last one that was known, with the outage. The promise is rejected
 * with the fault of the log where none is known yet.
 */
export function createLogStateReader(context: LogContext, clock: Clock): () => Promise<KnownLogState> {
  const services = cached(clock, () =>
    Promise.all(
      consumingServices.map(async name => {
        const [lag, unresolved] = await Promise.all([context.lag(name), context.countUnresolved(name)])
        return { name, lag, unresolved }
      }),
    ),
  )
  const lagOf = async (name: ServiceName) => (await services()).find(one => one.name === name)?.lag ?? []
  const hoursNow = createReconciler(context, clock, lagOf)
  const overdueNow = createOverdueCounter(context, clock, lagOf)
  let lastKnown: LogState | undefined
  const current = cached(clock, async (): Promise<LogState> => {
    const [asked, bounds, hours, overdue] = await Promise.all([
      services(),
      context.bounds(topicNames),
      hoursNow(),
      overdueNow(),
    ])
    const at = clock.now()
    lastKnown = {
      ...{ at, hours, overdue },
      topics: topicViews(bounds),
      services: asked.map(({ name, lag, unresolved }) => serviceView(name, lag, unresolved, at)),
    }
    return lastKnown
  })
  return async () => {
    try {
      return { state: await rejectOnTimeout(answerMs, 'read the state of the event log', current()), outage: null }
    } catch (error) {
      if (!(error instanceof Fault) || lastKnown === undefined) throw error
      return { state: lastKnown, outage: { reason: error.message, ageSeconds: (clock.now() - lastKnown.at) / 1000 } }
    }
  }
}

/** Loads at most once within `cacheMs`, and not again while it loads. A failure is not kept. */
function cached<T>(clock: Clock, load: () => Promise<T>): () => Promise<T> {
  let cache: { readonly result: Promise<T>; readonly loadedAt: number; isLoading: boolean } | undefined
  return () => {
    const loadedAt = clock.now()
    if (cache && (cache.isLoading || loadedAt - cache.loadedAt < cacheMs)) return cache.result
    const loaded = { result: load(), loadedAt, isLoading: true }
    cache = loaded
    loaded.result.then(
      () => {
        loaded.isLoading = false
      },
      () => {
        if (cache === loaded) cache = undefined
      },
    )
    return loaded.result
  }
}
