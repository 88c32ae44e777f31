import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '#services/annotation/decide.ts'
import {
  closedOf,
  earlyJudgedOf,
  earlyReviewsOf,
  type Item,
  itemsOf,
  MAX_EARLY,
  priority,
} from '#services/annotation/state.ts'
import { call, stepOf } from '#test/support/data/turns.ts'
import { topic } from '#topology/topic-names.ts'
import { asked, isReview, isSample, isScore, review, run, sample, scored } from './events.ts'

const gold = (tools: readonly (string | null)[], reviewersPerItem: number) => {
  const reviews = tools.map((tool, at) => isReview(review(`p${at}`, tool)))
  return run([isSample(sample()), ...reviews], asked(reviewersPerItem)).emitted.map(({ event }) => event)
}

describe('consensus', () => {
  it('one review is enough where one is asked for', () => {
    const { emitted } = run([isSample(sample()), isReview(review('ann', 'holdings', { answer: 'You paid …' }))])
    const {
      id: _id,
      parents: _parents,
      at: _at,
      answer: _answer,
      arms: _arms,
      value: _value,
      outcome: _outcome,
      ...kept
    } = sample()
    expect(emitted).toEqual([
      {
        topic: topic.goldAnswers,
        event: {
          ...kept,
          sampleId: 's1',
          outcome: 'agreed',
          calls: [call('holdings', 'argument by ann')],
          verdict: 'wrong',
          answer: 'You paid …',
          notes: [],
          reviewers: ['ann'],
          agreement: 1,
          adjudicator: null,
          confidence: null,
          score: 0,
          correction: false,
          latencyMs: null,
        },
        parents: ['s1'],
        notBefore: 2000,
      },
    ])
  })

  it('a gold answer says whether a late outcome selected its sample, and how long the step took', () => {
    const steps = [stepOf([], { latencyMs: 700 })]
    const { emitted } = run([isSample(sample({ correction: true, steps })), isReview(review('ann', 'holdings'))])
    expect(emitted).toMatchObject([{ event: { correction: true, latencyMs: 700, steps: [] } }])
  })

  it('a gold answer is not dated before the reviews that it follows from, also when its sample arrives last', () => {
    const { emitted } = run([isReview(review('ann', 'holdings', { at: 7000 })), isSample(sample({ at: 1000 }))])
    expect(emitted).toMatchObject([{ topic: topic.goldAnswers, notBefore: 7000 }])
  })

  it.each<[string, (string | null)[], number, object | null]>([
    ['waits for the second of two', ['a'], 2, null],
    [
      'two that agree',
      ['a', 'a'],
      2,
      { calls: [{ tool: 'a' }], agreement: 1, verdict: 'wrong', adjudicator: null, confidence: null },
    ],
    ['two that disagree', ['a', 'b'], 2, null],
    ['who cannot tell, alone', [null], 1, null],
    ['who cannot tell, and one who can', [null, 'a'], 2, null],
    [
      'who cannot tell, and two who agree',
      [null, 'a', 'a'],
      3,
      { calls: [{ tool: 'a' }], agreement: 2 / 3, confidence: null },
    ],
    ['two strangers do not outvote a third', ['a', 'b', 'a'], 3, null],
    ['later reviews are not counted', ['a', 'b', 'b'], 1, { calls: [{ tool: 'a' }], agreement: 1, reviewers: ['p0'] }],
  ])('%s', (_what, tools, reviewersPerItem, expected) => {
    expect(gold(tools, reviewersPerItem)).toMatchObject(expected === null ? [] : [expected])
  })

  it('the same tool is not agreement while reviewers differ on whether the agent was right', () => {
    const by = (reviewer: string, verdict: 'right' | 'wrong') => isReview(review(reviewer, 'quote', { verdict }))
    const { emitted, state } = run([isSample(sample()), by('p', 'right'), by('q', 'wrong')], asked(2))
    expect(emitted).toEqual([])
    expect(state.get<Item>(itemsOf('desk'), 's1')).toMatchObject({ disputed: true })
  })

  it('takes the arguments that most winners gave, the first where they differ', () => {
    const by = (reviewer: string, argument: string) => isReview(review(reviewer, 'a', { calls: [call('a', argument)] }))
    const { emitted } = run([isSample(sample()), by('p', 'x'), by('q', 'y'), by('r', 'y')], asked(3))
    expect(emitted[0]?.event).toMatchObject({ calls: [call('a', 'y')] })
  })

  it('a second review by the same reviewer and one after closing change nothing', () => {
    const again = isReview(review('ann', 'b', { id: 'r2' }))
    const two = asked(2)
    const { emitted, state } = run([isSample(sample()), isReview(review('ann', 'a')), again], two)
    expect(emitted).toEqual([])
    expect(decide(again, two, state)).toEqual({})
    run([isReview(review('bob', 'a'))], two, state)
    expect(decide(isReview(review('cy', 'b')), two, state)).toEqual({})
    expect(decide(isSample(sample()), two, state)).toEqual({})
  })
})

describe('order of arrival', () => {
  it('reviews and scores before their sample lead to the same gold and leave nothing behind', () => {
    const records = [
      isSample(sample()),
      isScore(scored(0.1)),
      isReview(review('p', 'a')),
      isReview(review('q', 'b')),
      isReview(review('r', 'b', { role: 'adjudicator' })),
    ]
    const usual = run(records, asked(2))
    expect(usual.emitted).toHaveLength(1)
    // Reviews share a topic and keep their order; the other topics may run ahead or behind.
    const places = fc.tuple(fc.nat(3), fc.nat(4))
    fc.assert(
      fc.property(places, ([sampleAt, scoreAt]) => {
        const shuffled = records.slice(2)
        shuffled.splice(sampleAt, 0, isSample(sample()))
        shuffled.splice(scoreAt, 0, isScore(scored(0.1)))
        const { emitted, state } = run(shuffled, asked(2))
        expect(emitted.map(({ event }) => event)).toEqual(usual.emitted.map(({ event }) => event))
        for (const collection of [itemsOf('desk'), earlyReviewsOf('desk'), earlyJudgedOf('desk')])
          expect(state.size(collection)).toBe(0)
        expect(state.get(closedOf('desk'), 's1')).toBe(1)
      }),
      { seed: 3 },
    )
  })

  it('what comes later than the settling review is not counted, though it waited with it', () => {
    const { emitted } = run([isReview(review('p', 'a')), isReview(review('q', 'b')), isSample(sample())])
    expect(emitted[0]).toMatchObject({ event: { calls: [{ tool: 'a' }], reviewers: ['p'] }, parents: ['r-p'] })
  })

  it('what waits is bounded: the oldest goes', () => {
    const early = Array.from({ length: MAX_EARLY + 2 }, (_, at) => isReview(review('p', 'a', { sampleId: `s${at}` })))
    const { state } = run(early)
    expect(state.size(earlyReviewsOf('desk'))).toBe(MAX_EARLY)
    expect(state.get(earlyReviewsOf('desk'), 's1')).toBeUndefined()
    expect(state.get(earlyReviewsOf('desk'), 's2')).toBeDefined()
  })
})

describe('scores', () => {
  const worthAfter = (...scores: Parameters<typeof isScore>[0][]) => {
    const { state } = run([isSample(sample({ value: 4 })), ...scores.map(isScore)])
    const item = state.get<Item>(itemsOf('desk'), 's1')
    return item && priority(item)
  }
  it('a low one of production raises the value, trusted or not; the newest counts', () => {
    expect(worthAfter()).toBe(4)
    expect(worthAfter(scored(0.25))).toBe(7)
    expect(worthAfter(scored(0.25), scored(0))).toBe(8)
    expect(worthAfter(scored(0), scored(0.5))).toBe(4)
    expect(worthAfter(scored(0.25, { trusted: false }))).toBe(7)
  })
  it('refusals, gold and synthetic ones do not', () => {
    expect(worthAfter(scored(null), scored(0, { source: 'gold' }), scored(0, { source: 'synthetic' }))).toBe(4)
  })
})
