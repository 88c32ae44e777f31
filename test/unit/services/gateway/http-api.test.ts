import type { FastifyInstance } from 'fastify'
import { fastify } from 'fastify'
import { register } from 'prom-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chatLogBody } from '#dialects/record-bodies.ts'
import { readSettings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { createHttpServer } from '#runtime/http/server.ts'
import type { HttpApi } from '#runtime/service.ts'
import { createLogger, createMetrics } from '#runtime/telemetry/telemetry.ts'
import { type HttpApiPorts, httpApi } from '#services/gateway/http-api.ts'
import { call, userMessage } from '#test/support/data/turns.ts'
import { fakePlanner } from '#test/support/doubles/fake-planner.ts'
import { topic } from '#topology/topic-names.ts'
import { desk, release } from './make.ts'

const now = 1_800_000_000_000
const released = 'a'.repeat(64)
const chosen = 'b'.repeat(64)
const plan = {
  tool: 'quote',
  confidence: 0.6,
  margin: 0.2,
  ranking: [{ tool: 'quote', probability: 0.6 }],
}

let app: FastifyInstance
let ingest: FastifyInstance
let ingestUrl: string
let ingestStatus: number
let logs: { authorization: string | undefined; traceparent: unknown; body: unknown }[]
let gateway: HttpApi<'gateway'>
let hosted: ReturnType<typeof fakePlanner>

beforeEach(async () => {
  logs = []
  ingestStatus = 200
  ingest = fastify()
  ingest.post(`/v1/${topic.chatLogs}`, async (request, reply) => {
    const { authorization, traceparent } = request.headers
    logs.push({ authorization, traceparent, body: request.body })
    return reply.code(ingestStatus).send({})
  })
  ingestUrl = await ingest.listen({ port: 0 })
  const known = new Map([
    ['late', desk(undefined, 'late')],
    ['toolless', desk({}, 'toolless')],
  ])
  const context = {
    settings: readSettings({ FLYWHEEL_API_KEY: 'k'.repeat(16) }),
    urlOf: () => ingestUrl,
  }
  const ports: HttpApiPorts = {
    clock: { now: () => now },
    agents: {
      waitFor: async agent => known.get(agent) ?? Promise.reject(new Fault('FLY_AGENT', 'not registered')),
    },
    objects: { put: async () => '' },
    planners: {
      async host(digest) {
        if (digest === 'f'.repeat(64)) throw new Fault('FLY_OBJECT', 'missing')
        hosted = fakePlanner(digest, ({ input }) => {
          if (input.messages.some(({ text }) => text === 'outage')) throw new Fault('FLY_STORE', 'the index is away')
          return plan
        })
        return hosted
      },
    },
  }
  app = createHttpServer(readSettings({}), createLogger({ logLevel: 'silent' }), createMetrics(), () => ({}))
  gateway = httpApi(context, ports)
  gateway.routes?.(app)
  gateway.onRecord?.({ topic: topic.agents, event: desk(), timestamp: now, headers: {} })
  gateway.onRecord?.({ topic: topic.releases, event: release(released), timestamp: now, headers: {} })
})
afterEach(() => ingest.close())

const refuse = (): void => {
  ingestStatus = 503
}
const post = (payload: object) => app.inject({ method: 'POST', url: '/v1/plan', payload })
const turn = (over: object = {}) => ({ agent: 'desk', question: 'Price?', ...over })

describe('a turn', () => {
  it('is planned by what is released and logged as ingest takes it, before the answer', async () => {
    const answer = (await post(turn({ conversationId: 'c1', earlier: [userMessage('Hi')], userId: 'u' }))).json()
    expect(answer).toEqual({
      calls: [call('quote', 'Hi|Price?')],
      confidence: plan.confidence,
      margin: plan.margin,
      ranking: plan.ranking,
      planner: released,
      release: `release of ${released}`,
      latencyMs: expect.any(Number),
      conversationId: 'c1',
      turnId: expect.stringMatching(/^[0-9a-f]{32}$/),
      logged: true,
    })
    expect(logs).toEqual([{ authorization: `Bearer ${'k'.repeat(16)}`, body: expect.anything() }])
    expect(chatLogBody.parse(logs[0]?.body)).toMatchObject({
      id: answer.turnId,
      turn: 1,
      plan: { calls: [call('quote', 'Hi|Price?')], planner: released },
      latencyMs: answer.latencyMs,
      source: 'gateway',
    })
  })

  it("goes on to ingest in its caller's trace", async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await app.inject({ method: 'POST', url: '/v1/plan', payload: turn(), headers: { traceparent } })
    await post(turn())
    expect(logs.map(log => log.traceparent)).toEqual([traceparent, undefined])
  })

  it('without a conversation opens one each time', async () => {
    const answers = [await post(turn()), await post(turn())].map(reply => reply.json())
    expect(answers[0].conversationId).not.toBe(answers[1].conversationId)
    expect(answers[0].turnId).not.toBe(answers[1].turnId)
  })

  it.each([
    ['refuses', async () => refuse(), 'status 503'],
    ['is away', () => ingest.close(), 'unreachable'],
  ])('is answered though ingest %s, and says that it is not logged', async (_what, fail, reason) => {
    await fail()
    const before = await unlogged(reason)
    expect((await post(turn())).json()).toMatchObject({
      calls: [{ tool: 'quote' }],
      logged: false,
      turnId: expect.any(String),
    })
    expect(await unlogged(reason)).toBe(before + 1)
  })

  it('by a chosen planner is never logged', async () => {
    expect((await post(turn({ planner: chosen }))).json().error.message).toMatch(/^planner: .*"log": false/)
    const answer = (await post(turn({ planner: chosen, log: false }))).json()
    expect(answer).toMatchObject({ planner: chosen, release: null, logged: false, turnId: null })
    expect([hosted.digest, hosted.closed()]).toEqual([chosen, 1])
    expect(logs).toEqual([])
  })
})

describe('a batch', () => {
  it('is planned in order and not logged', async () => {
    const questions = Array.from({ length: 40 }, (_, at) => ({ question: `q${at}` }))
    const answer = (await post({ agent: 'desk', questions, log: false, planner: chosen })).json()
    expect(answer).toMatchObject({ planner: chosen, release: null })
    expect(answer.plans.map(({ calls }: { calls: object }) => calls)).toEqual(
      questions.map(({ question }) => [call('quote', question)]),
    )
    expect(logs).toEqual([])
  })
  it('in which an outage fails a question is refused with the reason', async () => {
    const questions = [{ question: 'q' }, { question: 'outage' }]
    const reply = await post({ agent: 'desk', questions, log: false, planner: chosen })
    expect([reply.statusCode, reply.json().error]).toEqual([
      503,
      expect.objectContaining({ code: 'planner_unavailable', message: 'the planner: the index is away' }),
    ])
    expect(hosted.closed()).toBe(1)
  })
  it('says that it cannot be logged', async () => {
    const reply = await post({ agent: 'desk', questions: [{ question: 'q' }] })
    expect([reply.statusCode, reply.json().error.message]).toEqual([
      400,
      'log: a batch is not logged: send "log": false',
    ])
  })
})

it.each([
  ['an unknown agent', turn({ agent: 'ghost' }), 404, 'PUT /v1/agents/ghost'],
  ['a planner that is not there', turn({ planner: 'f'.repeat(64), log: false }), 404, 'cannot be loaded'],
  ['an agent that no kind can plan for', turn({ agent: 'toolless' }), 503, 'toolless has no tool to choose'],
  ['an empty question', turn({ question: '' }), 400, 'question: is empty'],
  ['an unknown field', turn({ model: 'x' }), 400, 'unknown field model: remove it; known are agent, question'],
])('%s is refused', async (_what, body, status, message) => {
  const reply = await post(body)
  expect(reply.statusCode).toBe(status)
  expect(reply.json().error.message).toContain(message)
})

it('an agent registered a moment ago is served already', async () => {
  expect((await post(turn({ agent: 'late', log: false }))).json()).toMatchObject({
    release: null,
    planner: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
})

it('status says what is loaded, for one agent or all', async () => {
  const desk = {
    agent: 'desk',
    planner: released,
    release: `release of ${released}`,
    since: now,
    wanted: { planner: released, release: `release of ${released}` },
    failing: null,
  }
  expect((await app.inject('/v1/gateway/status?agent=desk')).json()).toEqual(desk)
  expect((await app.inject('/v1/gateway/status')).json()).toEqual({ agents: [desk] })
  expect((await app.inject('/v1/gateway/status?agent=ghost')).statusCode).toBe(404)
})

async function unlogged(reason: string): Promise<number> {
  const metric = await register.getSingleMetric('flywheel_gateway_unlogged_total')?.get()
  return metric?.values.find(({ labels }) => labels.reason === reason)?.value ?? 0
}
