import { expect, test } from 'vitest'
import { digest } from '#runtime/core/identity.ts'
import { State } from '#runtime/state/state.ts'
import { grade } from '#services/judge/grade.ts'
import { collectionsOf } from '#services/judge/state.ts'
import { gold, sample, scores, widened } from './events.ts'

const score = (...stream: Parameters<typeof scores>[0]) => scores(stream).at(-1)

test('a sample without gold is scored from its signals, and not trusted yet', () => {
  expect(score(sample('s'))).toMatchObject({
    sampleId: 's',
    source: 'production',
    plannedTool: 'quote',
    goldTool: null,
    toolCorrect: null,
    judge: 'signals/v2',
    trusted: false,
    refused: null,
    inclusionProbability: 0.25,
    arms: ['random'],
  })
})

test('each signal moves the score the way it should', () => {
  const of = (details: Parameters<typeof sample>[1]) => score(sample('s', details))?.score ?? Number.NaN
  const plain = of({ plan: { confidence: Math.exp(-1) } })
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
  const nothing = score(sample('s', { plan: { margin: null, confidence: null } }))
  expect(nothing).toMatchObject({ score: null, refused: 'no margin, no outcome and no gold like it to judge by' })
  expect(
    score(sample('s', { plan: { margin: null, confidence: null }, outcome: { rating: 'up' } }))?.score,
  ).toBeGreaterThan(0.5)
})

test('against gold the tool is 0.7 and its argument the rest, nothing of it where the figures differ', () => {
  expect(score(gold('s'))).toMatchObject({
    source: 'gold',
    judge: 'gold/v2',
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
  const { judged } = collectionsOf('desk')
  scores(
    Array.from({ length: 10_050 }, (_none, at) => sample(`s${at}`)),
    state,
  )
  expect(state.size(judged)).toBe(10_000)
  expect(state.get(judged, 's49')).toBeUndefined()
  expect(state.get(judged, 's50')).toBeDefined()
})

const asked = { rubric: 'rubric/v1-aa', prompt: 'judge-prompt/v1', model: 'gemma', plannedFirst: true }

test('a model that was asked scores beside the signals, under the versions of what it was asked', () => {
  const opinion = { verdict: { score: 0.9, toolCorrect: true, reason: 'it fits' } }
  const [offline, model] = scores([sample('s')], new State(), () => ({ ...asked, opinion }))
  expect(offline).toMatchObject({ judge: 'signals/v2', rubric: null, prompt: null, model: null, refused: null })
  const { plannedFirst: _shown, ...versions } = asked
  expect(model).toMatchObject({ judge: 'model/v1', ...versions, score: 0.9, refused: null, trusted: false })
  expect(model?.evidence).toBe(digest(model?.objects[1] ?? ''))
})

test('a model that gave nothing usable is refused with its reason, never scored 0; the signals still speak', () => {
  const refused = 'the model answered what is no JSON'
  const said = scores([sample('s')], new State(), () => ({ ...asked, opinion: { refused } }))
  expect(said).toMatchObject([
    { judge: 'signals/v2', score: expect.any(Number), refused: null },
    { judge: 'model/v1', model: 'gemma', score: null, refused },
  ])
})

test("the whole answer is graded against gold's: its words, and that it states gold's values", () => {
  const graded = (answer: string, right: string | null) => score(sample('s', { answer }), gold('s', { answer: right }))
  expect(graded('It costs $190.', 'It costs $190.')).toMatchObject({ answerScore: 1, answerFiguresStated: true })
  const worded = graded('AAPL costs 190 dollars, up 2%', 'It costs $190.')
  expect(worded?.answerScore).toBeGreaterThan(0)
  expect(worded?.answerScore).toBeLessThan(1)
  expect(graded('It costs $180.', 'It costs $190.')).toMatchObject({ answerScore: 0, answerFiguresStated: false })
  expect(graded('It costs $190.', null)).toMatchObject({ answerScore: null, answerFiguresStated: null })
  expect(score(sample('s'), gold('s', { answer: 'It costs $190.' }))).toMatchObject({ answerScore: null })
})

test('the offline judge learns from earlier gold alone, and the packet holds what it had learned', () => {
  const rated = (id: string) => sample(id, { outcome: { rating: 'up' } })
  const before = score(rated('s'))?.score
  const refuted = Array.from({ length: 20 }, (_none, at) => [rated(`g${at}`), gold(`g${at}`, { tool: 'fees' })]).flat()
  const after = scores([...refuted, rated('s')]).at(-1)
  expect(after?.score).toBeLessThan((before ?? 0) / 2)
  expect(scores([rated('s'), ...refuted])[0]?.score).toBe(before)
  expect(grade(JSON.parse(new TextDecoder().decode(after?.objects[0])))).toMatchObject({ score: after?.score })
})
