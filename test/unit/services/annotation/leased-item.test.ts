import { expect, it } from 'vitest'
import { call, planOf, stepOf, userMessage } from '#test/support/data/turns.ts'
import { openDesk } from './desk.ts'
import { isSample, run, sample } from './events.ts'

const booking = {
  name: 'book',
  description: 'Books a flight.',
  argumentSchema: '{"type":"object","properties":{"flight":{"type":"string"}},"required":["flight"]}',
}

it('an item shows everything before its step, and what the calls of the step returned', async () => {
  const steps = [
    stepOf([call('find', '{}', 'c1')], { results: [{ callId: 'c1', text: 'two flights', isError: null }] }),
    stepOf([call('book', '{"flight":"SB1"}', 'c2')], { results: [{ callId: 'c2', text: 'full', isError: true }] }),
  ]
  const plan = planOf('book', '{"flight":"SB1"}')
  const desk = openDesk({ samples: [sample({ step: 1, steps, plan, question: 'Book it' })] })
  const reply = await desk.post('/v1/queue/lease', { agent: 'desk', reviewer: 'ann' })
  expect(reply.json().items).toMatchObject([
    {
      step: 1,
      messages: [
        userMessage('Book it'),
        { role: 'assistant', calls: [{ tool: 'find' }] },
        { role: 'tool', text: 'two flights', callId: 'c1' },
      ],
      results: [{ callId: 'c2', text: 'full', isError: true }],
    },
  ])
})

it('the system prompt of an open item is read on demand, and is null where it is not kept', async () => {
  const desk = openDesk({ samples: [] })
  const prompt = await desk.objects.put(Buffer.from('Be brief.'))
  const samples = [sample({ id: 'p1', prompt }), sample({ id: 'p2', prompt: '0'.repeat(64) }), sample({ id: 'p3' })]
  run(samples.map(isSample), { reviewersPerItem: 1, overlapShare: 0 }, desk.state)
  const read = async (id: string) => (await desk.app.inject(`/v1/queue/prompt?agent=desk&sampleId=${id}`)).json()
  expect(await read('p1')).toEqual({ text: 'Be brief.' })
  expect(await read('p2')).toEqual({ text: null })
  expect(await read('p3')).toEqual({ text: null })
  expect(await read('ghost')).toMatchObject({ error: { code: 'unknown_sample' } })
})

it('what a reviewer skips comes to others at once, to the same one after 12 hours, and is counted by reason', async () => {
  const desk = openDesk({ samples: [sample()] })
  const lease = async (reviewer: string) =>
    (await desk.post('/v1/queue/lease', { agent: 'desk', reviewer })).json().items.length
  expect(await lease('ann')).toBe(1)
  const skip = { agent: 'desk', reviewer: 'ann', sampleIds: ['s1'], reason: 'expertise' }
  expect((await desk.post('/v1/queue/give-back', skip)).json()).toEqual({ givenBack: 1 })
  expect([await lease('ann'), await lease('bob')]).toEqual([0, 1])
  desk.clock.at += 12 * 3_600_000
  expect(await lease('ann')).toBe(1)
  expect((await desk.app.inject('/v1/queue?agent=desk')).json()).toMatchObject({ skipped: { expertise: 1 } })
  expect((await desk.post('/v1/queue/give-back', { ...skip, reason: 'bored' })).statusCode).toBe(400)
})

it('calls are checked as a review checks them, each with the place of its fault', async () => {
  const desk = openDesk({ samples: [sample()], catalogue: [booking] })
  const calls = [{ tool: 'book', arguments: '{"flight":7}' }, { tool: 'fly' }, { tool: 'book', arguments: '{}' }]
  const { problems } = (await desk.post('/v1/reviews/check', { agent: 'desk', calls })).json()
  expect(problems).toMatchObject([
    { call: 0, path: '/flight' },
    { call: 1, path: '' },
    { call: 2, path: '' },
  ])
  const about = { agent: 'desk', sampleId: 's1', reviewer: 'ann', verdict: 'wrong' }
  const reply = await desk.post('/v1/reviews', { ...about, calls: calls.slice(0, 1) })
  expect(reply.json().error.message).toMatch(/^calls\[0\]\/flight: /)
  expect(desk.appended).toEqual([])
  const right = { ...about, calls: [{ tool: 'book', arguments: '{"flight":"SB1"}' }] }
  expect((await desk.post('/v1/reviews', right)).json()).toMatchObject({ accepted: 1 })
})
