import type { Clock } from '#runtime/core/clock.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { Edge, EdgeContext } from '#runtime/service.ts'
import { topics } from '#topology/map.ts'
import { agentView, consumers, type Status, serviceView } from './decide.ts'
import { createFreshness } from './freshness.ts'
import { exposeFreshness } from './freshness-metrics.ts'
import { outagePage, page } from './page.ts'
import { createReconciliation, exposeReconciliation } from './reconciliation.ts'
import { type Seen, see } from './state.ts'

/** Lags and counts cost the log a question each: however many look, it is asked once in this time. */
const FRESH_MS = 2_000

/** No script, no frame, nothing from elsewhere: chat text cannot do anything even if it got through. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** The status of the wheel: a page for people, the same as JSON for programs. */
export function edge(context: EdgeContext<'console'>): Edge<'console'> {
  const { clock } = context.ports
  const memory = new Map<string, Seen>()
  const freshness = createFreshness()

  const lags = cached(clock, () =>
    Promise.all(
      consumers.map(async name => ({ name, lag: await context.lag(name), parked: await context.parked(name) })),
    ),
  )
  const counts = cached(clock, () =>
    Promise.all(Object.keys(topics).map(async name => ({ name, records: await context.count(name) }))),
  )
  const reconciled = cached(
    clock,
    createReconciliation(context, async name => (await lags()).find(one => one.name === name)?.lag ?? []),
  )
  exposeReconciliation(reconciled)
  exposeFreshness(() => freshness.view(clock.now()))
  const status = async (): Promise<Status> => {
    const [lagged, counted, hours] = await Promise.all([lags(), counts(), reconciled()])
    const now = clock.now()
    return {
      at: now,
      services: lagged.map(({ name, lag, parked }) => serviceView(name, lag, parked, now)),
      freshness: freshness.view(now),
      agents: [...memory].map(([agent, seen]) => agentView(agent, seen)),
      topics: counted,
      hours,
    }
  }

  return {
    saw(followed) {
      see(memory, followed)
      freshness.saw(followed)
    },
    routes(app) {
      app.get('/v1/status', status)
      app.get('/', async (_request, reply) => {
        reply.type('text/html; charset=utf-8').header('content-security-policy', policy)
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
function cached<T>(clock: Clock, ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined
  let asked = 0
  return () => {
    if (answer && clock.now() - asked < FRESH_MS) return answer
    asked = clock.now()
    const next = ask()
    answer = next
    next.catch(() => {
      if (answer === next) answer = undefined
    })
    return next
  }
}
