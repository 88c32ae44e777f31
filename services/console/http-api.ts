import type { Clock } from '#runtime/core/clock.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { HttpApi, HttpApiContext } from '#runtime/service.ts'
import { consumingServices, topicNames } from '#topology/derive/definitions.ts'
import { agentView } from './agent-view.ts'
import { createFreshness } from './freshness.ts'
import { type AgentHistory, applyRecord } from './history.ts'
import { registerMetrics } from './metrics.ts'
import { outagePage, page } from './page/page.ts'
import { createReconciler, type ReconcilerContext } from './reconcile-sources.ts'
import { type Status, serviceView, topicViews } from './status.ts'

/** Milliseconds for which lags and counts are kept: each costs a request to the log, however many read the status. */
const CACHE_MS = 2_000

/** No script, no frame, nothing from other hosts: chat text could do nothing even if it were not escaped. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

type Context = ReconcilerContext & Pick<HttpApiContext<'console'>, 'lag' | 'countUnresolved' | 'bounds'>
export type HttpApiPorts = { readonly clock: Clock }

/** The status of the whole system: a page for people, the same as JSON for programs. */
export function httpApi(context: Context, { clock }: HttpApiPorts): HttpApi<'console'> {
  const histories = new Map<string, AgentHistory>()
  const freshness = createFreshness()

  const lags = cached(clock, () =>
    Promise.all(
      consumingServices.map(async name => ({
        name,
        lag: await context.lag(name),
        parked: await context.countUnresolved(name),
      })),
    ),
  )
  const counts = cached(clock, async () => topicViews(await context.bounds(topicNames)))
  const reconciled = cached(
    clock,
    createReconciler(context, clock, async name => (await lags()).find(one => one.name === name)?.lag ?? []),
  )
  registerMetrics({ freshness: () => freshness.view(clock.now()), hours: reconciled })
  const status = async (): Promise<Status> => {
    const [lagged, counted, hours] = await Promise.all([lags(), counts(), reconciled()])
    const now = clock.now()
    return {
      at: now,
      services: lagged.map(({ name, lag, parked }) => serviceView(name, lag, parked, now)),
      freshness: freshness.view(now),
      agents: [...histories].map(([agent, history]) => agentView(agent, history)),
      topics: counted,
      hours,
    }
  }

  return {
    onRecord(followed) {
      applyRecord(histories, followed)
      freshness.onRecord(followed)
    },
    routes(app) {
      app.get('/v1/status', status)
      app.get('/', async (_request, reply) => {
        reply.type('text/html; charset=utf-8').header('content-security-policy', contentSecurityPolicy)
        try {
          return page(await status())
        } catch (error) {
          if (!(error instanceof Fault)) throw error
          return reply.code(503).send(outagePage(error.message))
        }
      })
    },
  }
}

/** Loads at most once within `CACHE_MS`. A failure is not kept. */
function cached<T>(clock: Clock, load: () => Promise<T>): () => Promise<T> {
  let cache: { readonly result: Promise<T>; readonly loadedAt: number } | undefined
  return () => {
    const loadedAt = clock.now()
    if (cache && loadedAt - cache.loadedAt < CACHE_MS) return cache.result
    const loaded = { result: load(), loadedAt }
    cache = loaded
    loaded.result.catch(() => {
      if (cache === loaded) cache = undefined
    })
    return loaded.result
  }
}
