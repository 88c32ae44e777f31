import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openapi } from '#services/annotation/openapi.ts'
import {
  agreementResponse,
  leaseResponse,
  queueResponse,
  reviewerResponse,
  reviewsResponse,
} from '#services/annotation/responses.ts'
import { openDesk } from './desk.ts'
import { asked, isReview, isScore, review, run, sample, scored } from './events.ts'

const opened = () => openDesk({ samples: ['s1', 's2'].map(id => sample({ id })), facts: asked(2) })

test('every route of the edge is in the document, and nothing else', () => {
  const documented = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
  )
  expect(
    opened()
      .routes.filter(route => !route.startsWith('HEAD'))
      .sort(),
  ).toEqual(documented.sort())
})

test('the document is served as it is checked in', async () => {
  const file = readFileSync(new URL('../../../../services/annotation/openapi.json', import.meta.url), 'utf8')
  expect((await opened().app.inject('/review/openapi.json')).json()).toEqual(JSON.parse(file))
})

test('what is answered has the documented shape', async () => {
  const { app, post, state, objects } = opened()
  const evidence = await objects.put(Buffer.from('{}'))
  run([isScore(scored(0.1, { evidence })), isReview(review('p', 'a')), isReview(review('q', 'b'))], asked(2), state)
  const about = { agent: 'desk', reviewer: 'ann' }
  for (const role of ['reviewer', 'adjudicator'])
    expect(leaseResponse.parse((await post('/v1/queue/lease', { ...about, role })).json()).items).toHaveLength(1)
  reviewsResponse.parse((await post('/v1/reviews', { ...about, sampleId: 's2', verdict: 'right' })).json())
  queueResponse.parse((await app.inject('/v1/queue?agent=desk')).json())
  expect(reviewerResponse.parse((await app.inject('/v1/reviewer')).json()).agents[0]?.tools).toHaveLength(2)
  run([isReview(review('dan', 'a', { role: 'adjudicator' }))], asked(2), state)
  const agreement = agreementResponse.parse((await app.inject('/v1/agreement?agent=desk')).json())
  expect(agreement).toMatchObject({
    items: 1,
    reviewers: [
      { reviewer: 'p', reviews: 1 },
      { reviewer: 'q', reviews: 1 },
    ],
  })
  expect(agreement.reviewers[1]?.confusion).toEqual([{ truth: 'a', said: 'b', count: 1 }])
})
