import type { FastifyInstance } from 'fastify'
import { beforeEach, describe, expect, it } from 'vitest'
import { readSettings } from '#runtime/config.ts'
import { createServer } from '#runtime/http.ts'
import type { EdgeContext } from '#runtime/service.ts'
import { State } from '#runtime/state.ts'
import { createLogger, createMetrics } from '#runtime/telemetry.ts'
import type { SampleReviewed } from '#schemas/events.ts'
import { edge } from '#services/annotation/edge.ts'
import type { topic } from '#topology/names.ts'
import { isReview, isSample, run, sample } from './make.ts'

const minute = 60_000
const two = { reviewersPerItem: 2 }
let app: FastifyInstance
let state: State
let now: number
let appended: SampleReviewed[]

beforeEach(() => {
  now = 1_800_000_000_000
  appended = []
  state = new State()
  const samples = [
    sample({ id: 's1', value: 1 }),
    sample({ id: 's2', value: 3, at: 500 }),
    sample({ id: 's3', value: 2 }),
  ]
  run(samples.map(isSample), two, state)
  const desk = { tools: ['quote', 'holdings'].map(name => ({ name })) }
  const context = {
    ports: { clock: { now: () => now }, agents: { get: (agent: string) => (agent === 'desk' ? desk : undefined) } },
    states: () => [new State(), state],
    append: async (_to: typeof topic.reviews, events: readonly SampleReviewed[]) => void appended.push(...events),
  } as unknown as EdgeContext<'annotation'>
  app = createServer(readSettings({}), createLogger({ logLevel: 'silent' }), createMetrics(), () => ({}))
  edge(context).routes?.(app)
})

const post = (url: string, payload: object) => app.inject({ method: 'POST', url, payload })
const lease = async (reviewer: string, count = 2, more: object = {}) =>
  (await post('/v1/queue/lease', { agent: 'desk', reviewer, count, ...more }))
    .json()
    .items.map((item: { sampleId: string }) => item.sampleId)
const body = (over: object = {}) => ({ agent: 'desk', sampleId: 's2', reviewer: 'ann', verdict: 'right', ...over })
/** What the runtime does next: the reviews that were appended are consumed. */
const consume = () => run(appended.splice(0).map(isReview), two, state).emitted

describe('leases', () => {
  it('give the most valuable items, with what a reviewer needs to see', async () => {
    const reply = await post('/v1/queue/lease', { agent: 'desk', reviewer: 'ann', count: 1 })
    const { conversationId, question, earlier, plan, answer, arms, outcome } = sample()
    expect(reply.json()).toEqual({
      items: [
        {
          sampleId: 's2',
          conversationId,
          question,
          earlier,
          plan,
          answer,
          arms,
          outcome,
          value: 3,
          leasedUntil: now + 10 * minute,
        },
      ],
    })
  })

  it('exclude others until they end, and are given again to their holder', async () => {
    expect(await lease('ann', 2, { minutes: 5 })).toEqual(['s2', 's3'])
    expect(await lease('bob')).toEqual(['s1'])
    expect(await lease('ann')).toEqual(['s2', 's3'])
    now += 10 * minute
    expect(await lease('bob', 3)).toEqual(['s2', 's3', 's1'])
  })

  it('never show an item to whoever answered it, before or after the review has come back', async () => {
    await lease('ann', 1)
    await post('/v1/reviews', body())
    expect(await lease('ann', 3)).toEqual(['s3', 's1'])
    expect(await lease('bob', 3)).toEqual([])
    consume()
    expect(await lease('ann', 3)).toEqual(['s3', 's1'])
    expect(await lease('bob', 3)).toEqual(['s2'])
  })
})

describe('reviews sent in', () => {
  it('are appended with what was planned where they say right', async () => {
    const reply = await post('/v1/reviews', body())
    expect(reply.json()).toEqual({ accepted: 1, duplicates: 0, closed: 0, ids: [appended[0]?.id] })
    expect(appended).toEqual([
      {
        id: expect.any(String),
        parents: ['s2'],
        at: now,
        ...body(),
        tool: 'quote',
        argument: 'AAPL',
        answer: null,
        notes: null,
      },
    ])
  })

  it('sent again are harmless, at once, after they came back, and after the item closed', async () => {
    const counts = async (...bodies: object[]) => {
      const { accepted, duplicates, closed } = (await post('/v1/reviews', bodies)).json()
      return [accepted, duplicates, closed]
    }
    expect(await counts(body(), body())).toEqual([1, 1, 0])
    expect(await counts(body())).toEqual([0, 1, 0])
    consume()
    now += 10 * minute
    expect(await counts(body(), body({ reviewer: 'bob', verdict: 'unclear' }))).toEqual([1, 1, 0])
    consume()
    expect(await counts(body({ reviewer: 'cy' }))).toEqual([1, 0, 0])
    expect(consume()).toMatchObject([{ event: { sampleId: 's2', tool: 'quote', reviewers: ['ann', 'bob', 'cy'] } }])
    expect(await counts(body({ reviewer: 'cy' }), body({ sampleId: 's1' }))).toEqual([1, 0, 1])
  })

  it.each([
    ['wrong without the right tool', body({ verdict: 'wrong' }), 400, 'tool: a wrong plan needs the right tool'],
    ['a tool outside the catalogue', body({ verdict: 'wrong', tool: 'magic' }), 400, 'tool: magic is not in the agent'],
    ['right, but another tool', body({ tool: 'holdings' }), 400, 'tool: the plan was quote'],
    ['unclear, but a tool', body({ verdict: 'unclear', tool: 'quote' }), 400, 'tool: leave it out'],
    [
      'a sample not in the queue',
      [body(), body({ sampleId: 'ghost' })],
      404,
      '[1].sampleId: ghost is not in the queue',
    ],
    ['an agent nobody registered', body({ agent: 'ghost' }), 404, 'agent: ghost is not registered'],
    ['an unknown field', body({ tol: 'x' }), 400, 'unknown field tol: remove it; known are agent, sampleId'],
    ['another verdict', body({ verdict: 'yes' }), 400, 'verdict: '],
  ])('refuse %s, all or nothing', async (_what, payload, status, message) => {
    const reply = await post('/v1/reviews', payload)
    expect(reply.statusCode).toBe(status)
    expect(reply.json().error.message).toContain(message)
    expect(appended).toEqual([])
  })
})

it('the queue says what is open, held, closed and how old', async () => {
  const queue = async () => (await app.inject('/v1/queue?agent=desk')).json()
  await lease('ann', 1)
  expect(await queue()).toEqual({ open: 3, leased: 1, closed: 0, oldest: 500 })
  await post('/v1/reviews', [body(), body({ reviewer: 'bob' })])
  consume()
  expect(await queue()).toEqual({ open: 2, leased: 0, closed: 1, oldest: 1000 })
  expect((await app.inject('/v1/queue')).statusCode).toBe(400)
  expect((await app.inject('/v1/queue?agent=ghost')).statusCode).toBe(404)
})
