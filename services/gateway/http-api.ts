import { setImmediate } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import { Counter } from 'prom-client'
import type { HostedPlanner } from '#planners/hosts/model-host.ts'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { bearerHeader } from '#runtime/http/bearer.ts'
import { httpError } from '#runtime/http/error.ts'
import type { Agents, HttpApi, HttpApiContext } from '#runtime/service.ts'
import { callerTraceHeaders } from '#runtime/telemetry/tracing.ts'
import { topic } from '#topology/topic-names.ts'
import { batchBody, statusQuery, turnBody } from './request-bodies.ts'
import { createServedPlanners, type LoadedPlanner, type ServingPorts, type ServingStatus } from './served-planners.ts'
import { chatLogBody, turnIdentity } from './wanted-planner.ts'

const INGEST_TIMEOUT_MS = 5_000

const unlogged = new Counter({
  name: 'flywheel_gateway_unlogged_total',
  help: 'Turns that were planned but could not be logged through ingest.',
  labelNames: ['reason'],
})

type Context = Pick<HttpApiContext<'gateway'>, 'urlOf'> & { readonly settings: Pick<Settings, 'apiKey'> }
export type HttpApiPorts = ServingPorts & { readonly agents: Pick<Agents, 'waitFor'> }

/** The agents' planner: plans a turn with what is released, says with which, and logs the turn through ingest. */
export function httpApi(context: Context, { agents, clock, models, objects }: HttpApiPorts): HttpApi<'gateway'> {
  const served = createServedPlanners({ clock, models, objects })
  let conversations = 0

  const statusOf = async (agent: string): Promise<ServingStatus> => {
    const status = (await served.status(agent)) ?? (await described(agent))
    if (!status) throw httpError(404, 'unknown_agent', `agent: PUT /v1/agents/${agent} to ingest first`)
    return status
  }
  /** An agent may have been registered a moment ago. */
  const described = async (agent: string): Promise<ServingStatus | undefined> => {
    try {
      served.described(await agents.waitFor(agent))
    } catch (error) {
      if (error instanceof Fault && error.code === 'FLY_AGENT') return undefined
      throw error
    }
    return served.status(agent)
  }

  /** The planner asked for, or the one that is served. Its agent must exist in any case. */
  const plannerFor = async (
    agent: string,
    chosen: string | undefined,
  ): Promise<Pick<LoadedPlanner, 'planner' | 'release'>> => {
    const { loaded, failing } = await statusOf(agent)
    if (chosen !== undefined) return { planner: await load(chosen), release: null }
    if (!loaded)
      throw httpError(503, 'not_loaded', `No planner of ${agent} is loaded yet: ${failing?.message ?? 'try again'}`)
    return loaded
  }
  const load = async (digest: string): Promise<HostedPlanner> => {
    try {
      return await models.load(digest)
    } catch (error) {
      if (error instanceof Fault && error.code === 'FLY_OBJECT')
        throw httpError(404, 'unknown_planner', `planner: ${digest} cannot be loaded: ${error.message}`)
      throw error
    }
  }

  /** True once ingest has acknowledged it. A turn is never held back because its log is. */
  const logged = async (chatLog: object): Promise<boolean> => {
    try {
      const { apiKey } = context.settings
      const reply = await fetch(`${context.urlOf('ingest')}/v1/${topic.chatLogs}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...bearerHeader(apiKey),
          ...callerTraceHeaders(),
        },
        body: JSON.stringify(chatLog),
        signal: AbortSignal.timeout(INGEST_TIMEOUT_MS),
      })
      await reply.arrayBuffer()
      if (!reply.ok) unlogged.inc({ reason: `status ${reply.status}` })
      return reply.ok
    } catch {
      unlogged.inc({ reason: 'unreachable' })
      return false
    }
  }

  const planTurn = async (request: FastifyRequest): Promise<object> => {
    const body = turnBody.parse(request.body)
    const { planner, release } = await plannerFor(body.agent, body.planner)
    const started = performance.now()
    const { tool, argument, confidence, margin, ranking } = await planner.plan(body.question, body.earlier)
    const latencyMs = performance.now() - started
    const answer = { tool, argument, confidence, margin, ranking, planner: planner.digest, release, latencyMs }
    if (!body.log) return { ...answer, conversationId: body.conversationId ?? null, turnId: null, logged: false }
    const turn = turnIdentity(body, [clock.now(), conversations++])
    const isLogged = await logged(chatLogBody(body, turn, answer, planner.digest, latencyMs))
    return { ...answer, conversationId: turn.conversationId, turnId: turn.id, logged: isLogged }
  }

  const planBatch = async (request: FastifyRequest): Promise<object> => {
    const { agent, questions, planner: chosen } = batchBody.parse(request.body)
    const { planner, release } = await plannerFor(agent, chosen)
    const started = performance.now()
    const plans: object[] = []
    for (const [at, { question, earlier }] of questions.entries()) {
      // Production's turns go between those of a batch.
      if (at % 16 === 15) await setImmediate()
      const { tool, argument, confidence, margin, ranking } = await planner.plan(question, earlier)
      plans.push({ tool, argument, confidence, margin, ranking })
    }
    return { plans, planner: planner.digest, release, latencyMs: performance.now() - started }
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
