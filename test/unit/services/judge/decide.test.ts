import { expect, test } from 'vitest'
import { digest } from '#runtime/identity.ts'
import { State } from '#runtime/state.ts'
import { grade } from '#services/judge/grade.ts'
import { judgedOf } from '#services/judge/state.ts'
import { gold, sample, scores, widened } from './events.ts'

const score = (...stream: Parameters<typeof scores>[0]) => scores(stream).at(-1)

test('a sample without gold is scored from its signals, and not trusted yet', () => {
  expect(score(sample('s'))).toMatchObject({
    sampleId: 's',
    source: 'production',
    plannedTool: 'quote',
    goldTool: null,
    toolCorrect: null,
    judge: 'signals/v1',
    trusted: false,
    refused: null,
    inclusionProbability: 0.25,
    arms: ['random'],
  })
})

test('each signal moves the score the way it should', () => {
  const of = (details: Parameters<typeof sample>[1]) => score(sample('s', details))?.score ?? Number.NaN
  const plain = of({})
  expect(plain).toBeCloseTo(1 / (1 + Math.exp(-0.2)))
  expect(of({ plan: { margin: 0.9 } })).toBeGreaterThan(plain)
  expect(of({ plan: { margin: 0.1 } })).toBeLessThan(plain)
  expect(of({ outcome: { escalated: true } })).toBeLessThan(0.1)
  expect(of({ outcome: { rating: 'down' } })).toBeLessThan(0.1)
  expect(of({ outcome: { rating: 'up' } })).toBeGreaterThan(0.85)
  expect(of({ outcome: { repeatAsk: true } })).toBeLessThan(plain)
  expect(of({ outcome: { latencyMs: 20_000 } })).toBeLessThan(plain)
})

test('a sample that shows nothing is refused, not scored', () => {
  const nothing = score(sample('s', { plan: { margin: null } }))
  expect(nothing).toMatchObject({ score: null, refused: 'no margin and no outcome to judge by' })
  expect(score(sample('s', { plan: { margin: null }, outcome: { rating: 'up' } }))?.score).toBeGreaterThan(0.5)
})

test('against gold the tool is 0.7 and its argument the rest, nothing of it where the figures differ', () => {
  expect(score(gold('s'))).toMatchObject({
    source: 'gold',
    judge: 'gold/v1',
    trusted: true,
    score: 1,
    toolCorrect: true,
  })
  expect(score(gold('s', { argument: 'price of TSLA' }))).toMatchObject({ score: 0.7, figuresEqual: false })
  const worded = score(gold('s', { argument: 'what does AAPL cost' }))
  expect(worded?.score).toBeGreaterThan(0.7)
  expect(worded?.score).toBeLessThan(1)
  expect(worded?.score).toBeCloseTo(0.7 + 0.3 * (worded?.argumentSimilarity ?? Number.NaN))
})

test('a wrong tool scores 0, whatever the argument', () => {
  expect(score(gold('s', { tool: 'fees' }))).toMatchObject({
    score: 0,
    toolCorrect: false,
    goldTool: 'fees',
    argumentSimilarity: 1,
  })
})

test('gold that names no argument grades the tool alone', () => {
  expect(score(gold('s', { argument: null }))).toMatchObject({ score: 1, argumentSimilarity: null, figuresEqual: null })
})

test('equal figures count as equal however they are written', () => {
  const written = gold('s', { plan: { argument: 'sell $1,500 of AAPL' }, argument: 'sell 1500 dollars of AAPL' })
  expect(score(written)).toMatchObject({ figuresEqual: true })
})

test('undecided gold is refused with a reason, never scored', () => {
  const undecided = gold('s', { outcome: 'undecided', tool: null, argument: null })
  expect(score(undecided)).toMatchObject({
    score: null,
    toolCorrect: null,
    refused: 'reviewers were undecided',
    source: 'gold',
  })
})

test('a gold score names the arms of its sample, and that it was a correction', () => {
  expect(score(sample('s', { correction: true }), gold('s'))?.arms).toEqual(['random', 'correction'])
  expect(score(gold('s'))?.arms).toEqual([])
})

test('every accepted variant gets one score against the gold of its parent', () => {
  const stream = [
    widened([
      { variantId: 'v1' },
      { variantId: 'v2', fate: 'label', plannedTool: 'fees' },
      { variantId: 'v3', plannedTool: 'fees' },
    ]),
  ]
  expect(scores(stream)).toMatchObject([
    { sampleId: 'v1', source: 'synthetic', score: 1, inclusionProbability: 1, arms: [], evidence: null },
    { sampleId: 'v3', source: 'synthetic', score: 0, goldTool: 'quote', plannedTool: 'fees' },
  ])
})

test('the packet in the store is all that the grade rests on', () => {
  for (const inbound of [sample('s', { outcome: { escalated: true } }), gold('s', { argument: 'cost of AAPL' })]) {
    const { objects, evidence, ...graded } = scores([inbound])[0] ?? { objects: [] }
    const [bytes] = objects
    expect(evidence).toBe(digest(bytes ?? ''))
    expect(graded).toMatchObject(grade(JSON.parse(new TextDecoder().decode(bytes))))
  }
})

test('what is remembered is bounded', () => {
  const state = new State()
  scores(
    Array.from({ length: 10_050 }, (_none, at) => sample(`s${at}`)),
    state,
  )
  expect(state.size(judgedOf('desk'))).toBe(10_000)
  expect(state.get(judgedOf('desk'), 's49')).toBeUndefined()
  expect(state.get(judgedOf('desk'), 's50')).toBeDefined()
})
