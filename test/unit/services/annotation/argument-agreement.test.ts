import { expect, it } from 'vitest'
import { partAgreement } from '#services/annotation/argument-agreement.ts'
import { type Overlap, overlapsOf } from '#services/annotation/state.ts'
import { call } from '#test/support/data/turns.ts'
import { asked, isReview, isSample, review, run, sample } from './events.ts'

/** The agreement of two reviews of one sample at a step, and a third person's decision. */
function agreementOf(step: number, one: readonly [string, string][], other: readonly [string, string][]) {
  const calls = (all: readonly [string, string][]) => all.map(([tool, written]) => call(tool, written))
  const said = (who: string, all: readonly [string, string][]) => isReview(review(who, 'x', { calls: calls(all) }))
  const records = [isSample(sample({ step })), said('p', one), said('q', other)]
  const settled = isReview(review('dan', 'x', { role: 'adjudicator', calls: calls(one) }))
  const { state } = run([...records, settled], asked(2))
  return partAgreement([...state.entries<Overlap>(overlapsOf('desk'))].map(([, overlap]) => overlap))
}

it('arguments of a tool that both called are compared one by one, as JSON; one that is missing differs', () => {
  const one = '{"flight":"SB1","seats":2,"cabin":"economy"}'
  const other = '{ "seats": 2, "flight": "SB2" }'
  expect(agreementOf(1, [['book', one]], [['book', other]])).toEqual({
    steps: [{ step: 1, pairs: 1, share: 1 }],
    arguments: [
      { tool: 'book', argument: 'cabin', pairs: 1, share: 0 },
      { tool: 'book', argument: 'flight', pairs: 1, share: 0 },
      { tool: 'book', argument: 'seats', pairs: 1, share: 1 },
    ],
  })
})

it('of reviewers who called different tools no arguments are compared', () => {
  expect(agreementOf(0, [['quote', 'AAPL']], [['holdings', 'AAPL']])).toEqual({
    steps: [{ step: 0, pairs: 1, share: 0 }],
    arguments: [],
  })
})

it('a tool that takes a text has one argument, and overlaps from before steps were kept are left out', () => {
  const texts = agreementOf(0, [['quote', 'AAPL ']], [['quote', 'AAPL']])
  expect(texts.arguments).toEqual([{ tool: 'quote', argument: '', pairs: 1, share: 1 }])
  const old: Overlap = { reviews: [], tools: 'quote', adjudicated: false }
  expect(partAgreement([old])).toEqual({ steps: [], arguments: [] })
})
