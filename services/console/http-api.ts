import type { Clock } from '#runtime/core/clock.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { HttpApi, HttpApiContext } from '#runtime/service.ts'
import { topics } from '#topology/map.ts'
import { createFreshness } from './freshness.ts'
import { registerFreshnessMetrics } from './freshness-metrics.ts'
import { outagePage, page } from './page.ts'
import { createReconciler, registerReconciliationMetrics } from './reconcile-sources.ts'
import { type AgentHistory, applyRecord } from './state.ts'
import { agentView, consumingServices, type Status, serviceView } from './status.ts'

/** Lags and counts cost the log a question each: however many look, it is asked once in this time. */
const CACHE_MS = 2_000

/** No script, no frame, nothing from elsewhere: chat text cannot do anything even if it got through. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** The status of the wheel: a page for people, the same as JSON for programs. */
export function httpApi(context: HttpApiContext<'console'>): HttpApi<'console'> {
  const { clock } = context.ports
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
  const counts = cached(clock, () =>
    Promise.all(Object.keys(topics).map(async name => ({ name, records: await context.countRecords(name) }))),
  )
  const reconciled = cached(
    clock,
    createReconciler(context, async name => (await lags()).find(one => one.name === name)?.lag ?? []),
  )
  registerReconciliationMetrics(reconciled)
  registerFreshnessMetrics(() => freshness.view(clock.now()))
  const status = async (): Promise<Status> => {
    const [lagged, counted, hours] = await Promise.all([lags(), counts(), reconciled()])
    const now = clock.now()
    return {
      at: now,
      services: lagged.map(({ name, lag, parked }) => serviceView(name, lag, parked, now)),
      freshness: freshness.view(now),
      agents: [...histories].map(([agent, seen]) => agentView(agent, seen)),
      topics: counted,
      hours,
    }
  }

  return {
    onRecord(followed) {
      applyRecord(histories, followed)
      freshness.saw(followed)
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

/** Asks once for all who look within `FRESH_MS`. A failure is not kept. */
function cached<T>(clock: Clock, load: () => Promise<T>): () => Promise<T> {
  let cachedResult: Promise<T> | undefined
  let loadedAt = 0
  return () => {
    if (cachedResult && clock.now() - loadedAt < CACHE_MS) return cachedResult
    loadedAt = clock.now()
    const next = load()
    cachedResult = next
    next.catch(() => {
      if (cachedResult === next) cachedResult = undefined
    })
    return next
  }
}
