import type { Clock } from '#runtime/core/clock.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { HttpApi, HttpApiContext } from '#runtime/service.ts'
import { topic } from '#topology/topic-names.ts'
import { agentView } from './agent-view.ts'
import { createFreshness } from './freshness.ts'
import { type AgentHistory, applyRecord, readAtStart } from './history.ts'
import { createLogStateReader, type LogContext } from './log-state.ts'
import { createLostPositions } from './lost-positions.ts'
import { registerMetrics } from './metrics.ts'
import { outagePage, page } from './page/page.ts'
import type { Status } from './status.ts'

/** No script, no frame, nothing from other hosts: chat text could do nothing even if it were not escaped. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

type Context = LogContext & Pick<HttpApiContext<'console'>, 'skipped'>

export type HttpApiPorts = { readonly clock: Clock }

/** The status of the whole system: a page for people, the same as JSON for programs. */
export function httpApi(context: Context, { clock }: HttpApiPorts): HttpApi<'console'> {
  const histories = new Map<string, AgentHistory>()
  const freshness = createFreshness()
  let scoresSince: number | null = null
  const lostPositions = createLostPositions()
  const logState = createLogStateReader(context, clock)
  registerMetrics({ freshness: ({ at, overdue }) => freshness.view(at, overdue), logState, clock })
  /** Throws the fault of the log where it does not answer and no earlier state is known. */
  const status = async (): Promise<Status> => {
    const { state, outage } = await logState()
    return {
      ...state,
      outage,
      freshness: freshness.view(state.at, state.overdue),
      lostPositions: lostPositions.views(),
      skipped: context.skipped(),
      agents: [...histories]
        .filter(([, { described }]) => !described?.removed)
        .map(([agent, history]) => agentView(agent, history, clock.now())),
      scoresSince,
    }
  }
  const statusCode = ({ outage }: Status): number => (outage === null ? 200 : 503)

  return {
    onRecord(followed) {
      applyRecord(histories, followed)
      freshness.onRecord(followed)
      lostPositions.onRecord(followed)
    },
    newest: {
      topics: [topic.scoredSamples, topic.trafficCounts],
      ...readAtStart,
      onLeftOut: since => {
        scoresSince = since
      },
    },
    routes(app) {
      app.get('/v1/status', async (_request, reply) => {
        const known = await status()
        return reply.code(statusCode(known)).send(known)
      })
      app.get('/', async (_request, reply) => {
        reply.type('text/html; charset=utf-8').header('content-security-policy', contentSecurityPolicy)
        try {
          const known = await status()
          return reply.code(statusCode(known)).send(page(known))
        } catch (error) {
          if (!(error instanceof Fault)) throw error
          return reply.code(503).send(outagePage(error.message))
        }
      })
    },
  }
}
