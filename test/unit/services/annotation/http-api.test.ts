import { beforeEach, describe, expect, it } from 'vitest'
import type { SampleReviewed } from '#schemas/events.ts'
import { call, userMessage } from '#test/support/data/turns.ts'
import { openDesk } from './desk.ts'
import { asked, isReview, isSample, isScore, review, run, sample, scored } from './events.ts'

const minute = 60_000
let desk: ReturnType<typeof openDesk>
let appended: SampleReviewed[]

beforeEach(() => {
  desk = openDesk({
    samples: [sample({ id: 's1', value: 1 }), sample({ id: 's2', value: 3, at: 500 }), sample({ id: 's3', value: 2 })],
  })
  appended = desk.appended
})

const lease = async (reviewer: string, count = 2, more: object = {}) =>
  (await desk.post('/v1/queue/lease', { agent: 'desk', reviewer, count, ...more }))
    .json()
    .items.map((item: { sampleId: string }) => item.sampleId)
const body = (over: object = {}) => ({ agent: 'desk', sampleId: 's2', reviewer: 'ann', verdict: 'right', ...over })

describe('leases', () => {
  it('give the most valuable items, with what a reviewer needs to see', async () => {
    const reply = await desk.post('/v1/queue/lease', { agent: 'desk', reviewer: 'ann', count: 1 })
    const { conversationId, question, earlier, plan, answer, arms, outcome } = sample()
    expect(reply.json()).toEqual({
      items: [
        {
          sampleId: 's2',
          conversationId,
          question,
          earlier,
          ...{ earlierCut: 0, step: 0, messages: [userMessage(question)], results: [], hasPrompt: false },
          plan,
          answer,
          arms,
          outcome,
          judged: null,
          reviews: [],
          waitsFor: { reviews: 0, needed: expect.any(Number), disputed: false },
          value: 3,
          leasedUntil: desk.clock.at + 10 * minute,
        },
      ],
      left: 3,
    })
  })

  it('exclude others until they end, and are given again to their holder', async () => {
    expect(await lease('ann', 2, { minutes: 5 })).toEqual(['s2', 's3'])
    expect(await lease('bob')).toEqual(['s1'])
    expect(await lease('ann')).toEqual(['s2', 's3'])
    desk.clock.at += 10 * minute
    expect(await lease('bob', 3)).toEqual(['s2', 's3', 's1'])
  })

  it('come with what the judge saw, and without it where that is gone', async () => {
    const judged = async (evidence: string) => {
      run([isScore(scored(0.2, { sampleId: 's2', evidence }))], asked(2), desk.state)
      const reply = await desk.post('/v1/queue/lease', { agent: 'desk', reviewer: 'ann', count: 1 })
      return reply.json().items[0].judged
    }
    const said = { score: 0.2, judge: 'judge/v1', trusted: true }
    const evidence = await desk.objects.put(Buffer.from('{"kind":"signals","margin":0.1}'))
    expect(await judged(evidence)).toEqual({ ...said, packet: { kind: 'signals', margin: 0.1 } })
    expect(await judged('0'.repeat(64))).toEqual({ ...said, packet: null })
  })

  it('of what is held come before what is worth more, so that nobody gathers items', async () => {
    expect(await lease('ann', 1)).toEqual(['s2'])
    run([isSample(sample({ id: 's9', value: 9 }))], asked(2), desk.state)
    expect(await lease('ann', 1)).toEqual(['s2'])
    expect(await lease('bob', 1)).toEqual(['s9'])
  })

  it('given back are free at once, but only by their holder, and not where the review was sent', async () => {
    const giveBack = async (reviewer: string) =>
      (await desk.post('/v1/queue/give-back', { agent: 'desk', reviewer, sampleIds: ['s2', 's3', 'ghost'] })).json()
    await lease('ann', 2)
    await desk.post('/v1/reviews', body())
    expect(await giveBack('bob')).toEqual({ givenBack: 0 })
    expect(await lease('bob', 3)).toEqual(['s1'])
    expect(await giveBack('ann')).toEqual({ givenBack: 1 })
    expect(await lease('bob', 3)).toEqual(['s1', 's3'])
  })

  it("of items in dispute are an adjudicator's, with both reviews, and of no other kind", async () => {
    run(
      [
        isReview(review('p', 'quote', { sampleId: 's2', notes: 'sure' })),
        isReview(review('q', 'holdings', { sampleId: 's2' })),
      ],
      asked(2),
      desk.state,
    )
    expect(await lease('ann', 9)).toEqual(['s3', 's1'])
    expect(await lease('p', 9, { role: 'adjudicator' })).toEqual([])
    const reply = await desk.post('/v1/queue/lease', { agent: 'desk', reviewer: 'dan', role: 'adjudicator' })
    expect(reply.json().items).toMatchObject([
      {
        sampleId: 's2',
        reviews: [
          { reviewer: 'p', calls: [{ tool: 'quote' }], notes: 'sure' },
          { reviewer: 'q', calls: [{ tool: 'holdings' }] },
        ],
      },
    ])
    const settling = body({ reviewer: 'dan', role: 'adjudicator', verdict: 'wrong', calls: [{ tool: 'holdings' }] })
    expect((await desk.post('/v1/reviews', settling)).json()).toMatchObject({ accepted: 1 })
    expect(appended[0]).toMatchObject({ role: 'adjudicator', parents: ['s2', 'r-p', 'r-q'] })
    expect(desk.consume()).toMatchObject([{ event: { calls: [{ tool: 'holdings' }], adjudicator: 'dan' } }])
  })

  it('do not show a reviewer what others said of the item: what is compared must be independent', async () => {
    run([isReview(review('p', 'quote', { sampleId: 's2', notes: 'sure' }))], asked(2), desk.state)
    const reply = await desk.post('/v1/queue/lease', { agent: 'desk', reviewer: 'ann', count: 1 })
    expect(reply.json().items).toMatchObject([{ sampleId: 's2', reviews: [] }])
    expect(reply.body).not.toContain('sure')
  })

  it('never show an item to whoever answered it, before or after the review has come back', async () => {
    await lease('ann', 1)
    await desk.post('/v1/reviews', body())
    expect(await lease('ann', 3)).toEqual(['s3', 's1'])
    expect(await lease('bob', 3)).toEqual([])
    desk.consume()
    expect(await lease('ann', 3)).toEqual(['s3', 's1'])
    expect(await lease('bob', 3)).toEqual(['s2'])
  })
})

describe('reviews sent in', () => {
  it('are appended with what was planned where they say right', async () => {
    const reply = await desk.post('/v1/reviews', body())
    expect(reply.json()).toEqual({ accepted: 1, duplicates: 0, closed: 0, ids: [appended[0]?.id] })
    expect(appended).toEqual([
      {
        id: expect.any(String),
        parents: ['s2'],
        at: desk.clock.at,
        ...body(),
        step: 0,
        role: 'reviewer',
        calls: [call('quote', 'AAPL')],
        answer: null,
        notes: null,
        redactions: [],
      },
    ])
  })

  it('sent again are harmless, at once, after they came back, and after the item closed', async () => {
    const counts = async (...bodies: object[]) => {
      const { accepted, duplicates, closed } = (await desk.post('/v1/reviews', bodies)).json()
      return [accepted, duplicates, closed]
    }
    expect(await counts(body(), body())).toEqual([1, 1, 0])
    expect(await counts(body())).toEqual([0, 1, 0])
    desk.consume()
    desk.clock.at += 10 * minute
    expect(await counts(body(), body({ reviewer: 'bob', verdict: 'unclear' }))).toEqual([1, 1, 0])
    desk.consume()
    expect(await counts(body({ reviewer: 'cy' }))).toEqual([1, 0, 0])
    expect(desk.consume()).toMatchObject([
      { event: { sampleId: 's2', calls: [{ tool: 'quote' }], reviewers: ['ann', 'bob', 'cy'] } },
    ])
    expect(await counts(body({ reviewer: 'cy' }), body({ sampleId: 's1' }))).toEqual([1, 0, 1])
  })

  it.each([
    ['wrong without the right calls', body({ verdict: 'wrong' }), 400, 'calls: a wrong plan needs the right calls'],
    [
      'a tool outside the catalogue',
      body({ verdict: 'wrong', calls: [{ tool: 'quote' }, { tool: 'magic' }] }),
      400,
      'calls[1]: magic is not in the agent',
    ],
    ['right, but another tool', body({ calls: [{ tool: 'holdings' }] }), 400, 'calls: the plan was quote'],
    ['right, but no tool', body({ calls: [] }), 400, 'calls: the plan was quote'],
    ['right, but another argument', body({ calls: [{ tool: 'quote', arguments: 'MSFT' }] }), 400, 'verdict is wrong'],
    [
      'wrong, but nothing changed',
      body({ verdict: 'wrong', calls: [{ tool: 'quote', arguments: 'AAPL' }] }),
      400,
      'verdict: wrong, but nothing differs',
    ],
    ['unclear, but an answer', body({ verdict: 'unclear', answer: 'x' }), 400, 'answer: leave it out'],
    ['unclear, but a tool', body({ verdict: 'unclear', calls: [{ tool: 'quote' }] }), 400, 'calls: leave them out'],
    [
      'a sample not in the queue',
      [body(), body({ sampleId: 'ghost' })],
      404,
      '[1].sampleId: ghost is not in the queue',
    ],
    ['an agent nobody registered', body({ agent: 'ghost' }), 404, 'agent: ghost is not registered'],
    ['an unknown field', body({ tol: 'x' }), 400, 'unknown field tol: remove it; known are agent, sampleId'],
    ['an adjudication of what nobody disputes', body({ role: 'adjudicator' }), 400, 'role: reviewers do not disagree'],
    ['a review by nobody', body({ reviewer: undefined }), 400, 'reviewer: name the reviewer'],
    ['another verdict', body({ verdict: 'yes' }), 400, 'verdict: '],
  ])('refuse %s, all or nothing', async (_what, payload, status, message) => {
    const reply = await desk.post('/v1/reviews', payload)
    expect(reply.statusCode).toBe(status)
    expect(reply.json().error.message).toContain(message)
    expect(appended).toEqual([])
  })
})

it('what reviewers write is redacted before it is logged, and counted', async () => {
  const text = 'mail jo@example.com'
  const written = { verdict: 'wrong', calls: [{ tool: 'holdings', arguments: text }], answer: text, notes: text }
  await desk.post('/v1/reviews', body(written))
  const { calls, answer, notes, redactions } = appended[0] ?? {}
  expect(JSON.stringify(appended)).not.toContain('jo@example.com')
  for (const redacted of [calls?.[0]?.arguments, answer, notes]) expect(redacted).toMatch(/^mail \[email:[a-f]{20}\]$/)
  expect(redactions).toEqual([{ kind: 'email', count: 3 }])
})

it('the queue says what is open, held, closed and how old', async () => {
  const queue = async () => (await desk.app.inject('/v1/queue?agent=desk')).json()
  await lease('ann', 1)
  expect(await queue()).toEqual({ open: 3, disputed: 0, leased: 1, closed: 0, oldest: 500, skipped: {} })
  await desk.post('/v1/reviews', [body(), body({ reviewer: 'bob' })])
  desk.consume()
  expect(await queue()).toEqual({ open: 2, disputed: 0, leased: 0, closed: 1, oldest: 1000, skipped: {} })
  expect((await desk.app.inject('/v1/queue')).statusCode).toBe(400)
  expect((await desk.app.inject('/v1/queue?agent=ghost')).statusCode).toBe(404)
})
