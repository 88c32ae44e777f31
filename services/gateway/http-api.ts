import type { FastifyRequest } from 'fastify'
import { kindOf } from '#planners/kinds.ts'
import type { Plan, StepInput } from '#planners/plan.ts'
import type { HostedPlanner } from '#planners/planner.ts'
import { Fault } from '#runtime/core/faults.ts'
import { httpError } from '#runtime/http/error.ts'
import type { Agents, HttpApi } from '#runtime/service.ts'
import { topic } from '#topology/topic-names.ts'
import { chatLogBody, turnIdentity } from './chat-log.ts'
import { batchBody, type QuestionBody, statusQuery, turnBody } from './request-bodies.ts'
import { createServedPlanners, type ServingPorts, type ServingStatus } from './served-planners.ts'
import { logTurn, type TurnLogContext } from './turn-log.ts'

/** Plans of a batch at a time. */
const BATCH_CONCURRENCY = 8

export type HttpApiPorts = ServingPorts & { readonly agents: Pick<Agents, 'waitFor'> }

/** The agents' planner: plans a turn with what is released, says with which, and logs the turn through ingest. */
export function httpApi(context: TurnLogContext, ports: HttpApiPorts): HttpApi<'gateway'> {
  const { agents, clock, planners } = ports
  const served = createServedPlanners(ports)
  // A turn that was accepted is planned to its end.
  const neverAborted = new AbortController().signal
  let conversations = 0

  const statusOf = async (agent: string): Promise<ServingStatus> =>
    (await served.status(agent)) ?? (await statusOfNewcomer(agent))

  /** An agent may have been registered a moment ago. */
  const statusOfNewcomer = async (agent: string): Promise<ServingStatus> => {
    const description = await agents.waitFor(agent).catch(error => {
      if (!(error instanceof Fault) || error.code !== 'FLY_AGENT') throw error
      throw httpError(404, 'unknown_agent', `agent: PUT /v1/agents/${encodeURIComponent(agent)} to ingest first`)
    })
    served.described(description)
    const status = await served.status(agent)
    if (status !== undefined) return status
    const base = kindOf(description).baseOf(description)
    throw httpError(
      503,
      'no_planner',
      `agent: nothing is released, and ${'reason' in base ? base.reason : 'try again'}`,
    )
  }

  /** Plans with the planner asked for, or with the one that is served. The agent must exist in any case. */
  const withPlanner = async <T>(
    agent: string,
    chosen: string | undefined,
    use: (planner: HostedPlanner, release: string | null) => Promise<T>,
  ): Promise<T> => {
    const { loaded, failing } = await statusOf(agent)
    if (chosen !== undefined) {
      const planner = await host(chosen)
      return use(planner, null).finally(() => planner.close())
    }
    if (!loaded)
      throw httpError(503, 'not_loaded', `No planner of ${agent} is loaded yet: ${failing?.message ?? 'try again'}`)
    return use(loaded.planner, loaded.release)
  }
  const host = (digest: string): Promise<HostedPlanner> =>
    planners.host(digest, neverAborted).catch(error => {
      if (!(error instanceof Fault) || error.code !== 'FLY_OBJECT') throw error
      throw httpError(404, 'unknown_planner', `planner: ${digest} cannot be loaded: ${error.message}`)
    })

  const planTurn = async (request: FastifyRequest): Promise<object> => {
    const body = turnBody.parse(request.body)
    return withPlanner(body.agent, body.planner, async (planner, release) => {
      const { plan, latencyMs } = await planner.plan({ input: inputOf(body) }, neverAborted)
      const answer = { ...planBody(plan), planner: planner.digest, release, latencyMs }
      if (!body.log) return { ...answer, conversationId: body.conversationId ?? null, turnId: null, logged: false }
      const turn = turnIdentity(body, [clock.now(), conversations++])
      const logged = await logTurn(chatLogBody(body, turn, answer), context)
      return { ...answer, conversationId: turn.conversationId, turnId: turn.id, logged }
    })
  }

  const planBatch = async (request: FastifyRequest): Promise<object> => {
    const { agent, questions, planner: chosen } = batchBody.parse(request.body)
    return withPlanner(agent, chosen, async (planner, release) => {
      const started = performance.now()
      const requests = questions.map(question => ({ input: inputOf(question) }))
      const plans: object[] = []
      for await (const planned of planner.batch(requests, { concurrency: BATCH_CONCURRENCY }, neverAborted)) {
        if ('failed' in planned) throw httpError(503, 'planner_unavailable', `the planner: ${planned.failed}`)
        plans.push(planBody(planned.plan))
      }
      return { plans, planner: planner.digest, release, latencyMs: performance.now() - started }
    })
  }

  return {
    onRecord(followed) {
      if (followed.topic === topic.agents) served.described(followed.event)
      else served.released(followed.event)
    },
    routes(app) {
      app.post('/v1/plan', { config: { scope: 'plan' } }, request => {
        const isBatch = typeof request.body === 'object' && request.body !== null && 'questions' in request.body
        return isBatch ? planBatch(request) : planTurn(request)
      })
      app.get('/v1/gateway/status', async request => {
        const { agent } = statusQuery.parse(request.query)
        if (agent !== undefined) return statusBody(agent, await statusOf(agent))
        return { agents: await Promise.all(served.agents().map(async one => statusBody(one, await statusOf(one)))) }
      })
    },
  }
}

const inputOf = ({ question, earlier }: QuestionBody): StepInput => ({
  messages: [...earlier, { role: 'user', text: question, calls: [], callId: null }],
})

function planBody({ calls, confidence, margin, ranking }: Plan) {
  return { calls, confidence, margin, ranking }
}

/** `failing`: what should be served and could not be loaded, while `planner` still answers. */
function statusBody(agent: string, { loaded, wanted, failing }: ServingStatus): object {
  return {
    agent,
    planner: loaded?.planner.digest ?? null,
    release: loaded?.release ?? null,
    since: loaded?.since ?? null,
    wanted: { planner: wanted.digest, release: wanted.release },
    failing: failing ?? null,
  }
}
