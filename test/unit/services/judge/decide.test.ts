import { expect, test } from 'vitest'
import { at } from '#runtime/core/checked.ts'
import { digest } from '#runtime/core/identity.ts'
import { State } from '#runtime/state/state.ts'
import { decide } from '#services/judge/decide.ts'
import { grade } from '#services/judge/grade.ts'
import { collections } from '#services/judge/state.ts'
import { call } from '#test/support/data/turns.ts'
import { given } from '#test/support/given.ts'
import { type Details, gold, sample, scores, stateAfter, widened } from './events.ts'

const parsed = (object: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(object))

test('a sample without gold is scored from its signals, and not trusted yet', () => {
  given(decide)
    .when(sample('s'), null)
    .then([
      {
        ...{ agent: 'desk', sampleId: 's', source: 'production', plannedTool: 'quote' },
        ...{ judge: 'signals/v2', rubric: null, prompt: null, model: null, trusted: false, refused: null },
        ...{ goldTool: null, toolCorrect: null, probability: null },
        ...{ inclusionProbability: 0.25, arms: ['random'] },
      },
    ])
})

test('each signal moves the score in its direction', () => {
  const scoreOf = (details: Details) => scores([sample('s', details)])[0]?.score
  const plain = 1 / (1 + Math.exp(-0.2))
  expect(scoreOf({ plan: { confidence: Math.exp(-1) } })).toBeCloseTo(plain)
  expect(scoreOf({ plan: { margin: 0.9 } })).toBeGreaterThan(plain)
  expect(scoreOf({ plan: { margin: 0.1 } })).toBeLessThan(plain)
  expect(scoreOf({ outcome: { escalated: true } })).toBeLessThan(0.1)
  expect(scoreOf({ outcome: { rating: 'down' } })).toBeLessThan(0.1)
  expect(scoreOf({ outcome: { rating: 'up' } })).toBeGreaterThan(0.85)
  expect(scoreOf({ outcome: { repeatAsk: true } })).toBeLessThan(plain)
  expect(scoreOf({ outcome: { latencyMs: 20_000 } })).toBeLessThan(plain)
})

test('a sample without any signal is refused, not scored', () => {
  const silent = { margin: null, confidence: null }
  given(decide)
    .when(sample('s', { plan: silent }), null)
    .then([{ score: null, refused: 'no margin, no confidence, no outcome and no similar gold' }])
    .when(sample('rated', { plan: silent, outcome: { rating: 'up' } }), null)
    .then([{ score: expect.any(Number), refused: null }])
})

test('against gold the right tool gives 0.7 and its argument the rest, nothing where its values differ', () => {
  const right = { source: 'gold', judge: 'gold/v3', trusted: true, toolCorrect: true }
  given(decide)
    .when(gold('s'), null)
    .then([{ ...right, score: 1, argumentSimilarity: 1, figuresEqual: true }])
    .when(gold('s', { calls: [call('quote', 'price of TSLA')] }), null)
    .then([{ ...right, score: 0.7, figuresEqual: false }])
  const [worded] = scores([gold('s', { calls: [call('quote', 'what does AAPL cost')] })])
  expect(worded?.argumentSimilarity).toBeGreaterThan(0)
  expect(worded?.argumentSimilarity).toBeLessThan(1)
  expect(worded?.score).toBeCloseTo(0.7 + 0.3 * Number(worded?.argumentSimilarity))
})

test('a wrong tool scores 0, whatever the argument', () => {
  given(decide)
    .when(gold('s', { calls: [call('fees', 'price of AAPL')] }), null)
    .then([{ score: 0, toolCorrect: false, goldTool: 'fees', argumentSimilarity: null }])
})

test('gold without arguments grades the tools alone', () => {
  given(decide)
    .when(gold('s', { calls: [call('quote')] }), null)
    .then([{ score: 1, argumentSimilarity: null, figuresEqual: null }])
})

test('that no tool is right is gold like any other', () => {
  const none = { plan: { calls: [] }, calls: [] }
  given(decide)
    .when(gold('s', none), null)
    .then([{ score: 1, toolCorrect: true, plannedTool: '(none)', goldTool: '(none)' }])
    .when(gold('s', { ...none, calls: [call('quote')] }), null)
    .then([{ score: 0, toolCorrect: false, plannedTool: '(none)', goldTool: 'quote' }])
    .when(gold('s', { calls: [] }), null)
    .then([{ score: 0, toolCorrect: false, plannedTool: 'quote', goldTool: '(none)' }])
})

test('of several calls the tools must be the same, in any order, and all arguments count', () => {
  const [quote, fees] = [call('quote', 'price of AAPL'), call('fees', 'of a wire')]
  given(decide)
    .when(gold('s', { plan: { calls: [quote, fees] }, calls: [fees, quote] }), null)
    .then([{ score: 1, toolCorrect: true, argumentSimilarity: 1 }])
    .when(gold('s', { plan: { calls: [quote] }, calls: [quote, fees] }), null)
    .then([{ score: 0, toolCorrect: false }])
    .when(gold('s', { plan: { calls: [quote, fees] }, calls: [quote, call('fees', 'of 500 wires')] }), null)
    .then([{ score: 0.85, toolCorrect: true, figuresEqual: false, exactPlan: false, callF1: 0.5 }])
})

test('arguments are compared by the schema of their tool', () => {
  const schemas = { quote: '{"properties":{"shares":{"type":"integer"},"symbol":{"type":"string"}}}' }
  const plan = { calls: [call('quote', '{"shares":9007199254740993,"symbol":"TSLA"}')] }
  const rightCall = call('quote', '{"symbol":"aapl","shares":9007199254740993}')
  given(decide)
    .when(gold('s', { plan, calls: [rightCall] }), { schemas })
    .then([
      {
        ...{ score: 0.85, toolCorrect: true, exactPlan: false, callF1: 0 },
        arguments: [
          { tool: 'quote', name: 'symbol', score: 0, fault: 'wrong' },
          { tool: 'quote', name: 'shares', score: 1, fault: null },
        ],
      },
    ])
})

test('equal values count as equal however they are written', () => {
  given(decide)
    .when(
      gold('s', {
        plan: { calls: [call('quote', 'sell $1,500 of AAPL')] },
        calls: [call('quote', 'sell 1500 dollars of AAPL')],
      }),
      null,
    )
    .then([{ figuresEqual: true }])
})

test('undecided gold is refused with a reason, never scored', () => {
  given(decide)
    .when(gold('s', { outcome: 'undecided', calls: null }), null)
    .then([{ source: 'gold', score: null, toolCorrect: null, refused: 'reviewers were undecided' }])
})

test('a gold score names the arms of its sample, and that it was a correction; none where the sample is not known', () => {
  given(decide, stateAfter([sample('s', { correction: true })]))
    .when(gold('s'), null)
    .then([{ sampleId: 's', arms: ['random', 'correction'] }])
    .when(gold('unknown'), null)
    .then([{ sampleId: 'unknown', arms: [] }])
})

test('every accepted variant gets one score against the gold of its parent', () => {
  given(decide)
    .when(
      widened([
        { variantId: 'v1' },
        { variantId: 'v2', fate: 'label', plannedTool: 'fees' },
        { variantId: 'v3', plannedTool: 'fees' },
      ]),
      null,
    )
    .then([
      { sampleId: 'v1', source: 'synthetic', score: 1, inclusionProbability: 1, arms: [], evidence: null },
      { sampleId: 'v3', source: 'synthetic', score: 0, goldTool: 'quote', plannedTool: 'fees' },
    ])
})

test.each([
  ['a sample', sample('s', { outcome: { escalated: true } })],
  ['gold', gold('s', { calls: [call('quote', 'cost of AAPL')] })],
])('the stored packet is all that the grade rests on: %s', (_what, record) => {
  const { objects, then } = given(decide).when(record, null)
  then([{ evidence: digest(at(objects, 0)), ...grade(parsed(at(objects, 0))) }])
})

test('the samples that are remembered are bounded', () => {
  const state = stateAfter(Array.from({ length: 10_050 }, (_none, at) => sample(`s${at}`)))
  const { name } = collections('desk').samples
  expect(state.size(name)).toBe(10_000)
  expect(state.get(name, 's49')).toBeUndefined()
  expect(state.get(name, 's50')).toBeDefined()
})

const versions = { rubric: 'rubric/v1-aa', prompt: 'judge-prompt/v2', model: 'gemma' }

test('a language model scores beside the signals, under the versions it was asked with', () => {
  const opinion = { verdict: { score: 0.9, toolCorrect: true, reason: 'it fits' } }
  const { objects, then } = given(decide).when(sample('s'), { ...versions, plannedFirst: true, opinion })
  then([
    { judge: 'signals/v2', rubric: null, prompt: null, model: null, refused: null },
    { judge: 'model/v1', ...versions, score: 0.9, refused: null, trusted: false, evidence: digest(at(objects, 1)) },
  ])
})

test('a language model without a usable answer is refused with its reason; the signals still give a score', () => {
  const refused = 'the model answered what is no JSON'
  given(decide)
    .when(sample('s'), { ...versions, plannedFirst: true, opinion: { refused } })
    .then([
      { judge: 'signals/v2', score: expect.any(Number), refused: null },
      { judge: 'model/v1', model: 'gemma', score: null, refused },
    ])
})

test.each([
  ['the same answer', 'It costs $190.', 'It costs $190.', { answerScore: 1, answerFiguresStated: true }],
  ['another value', 'It costs $180.', 'It costs $190.', { answerScore: 0, answerFiguresStated: false }],
  ['gold without an answer', 'It costs $190.', null, { answerScore: null, answerFiguresStated: null }],
])('the answer is graded against that of gold: %s', (_what, answer, right, graded) => {
  given(decide, stateAfter([sample('s', { answer })]))
    .when(gold('s', { answer: right }), null)
    .then([graded])
})

test('an answer in other words scores between 0 and 1, and one that was not logged has no score', () => {
  const scoreOf = (details: Details) =>
    scores([sample('s', details), gold('s', { answer: 'It costs $190.' })]).at(-1)?.answerScore
  expect(scoreOf({ answer: 'AAPL costs 190 dollars, up 2%' })).toBeGreaterThan(0)
  expect(scoreOf({ answer: 'AAPL costs 190 dollars, up 2%' })).toBeLessThan(1)
  expect(scoreOf({})).toBeNull()
})

test('the offline judge learns from earlier gold only, and the packet holds the weights it used', () => {
  const rated = (id: string) => sample(id, { outcome: { rating: 'up' } })
  const refuted = Array.from({ length: 20 }, (_none, at) => [
    rated(`g${at}`),
    gold(`g${at}`, { calls: [call('fees', 'price of AAPL')] }),
  ]).flat()
  const before = scores([rated('s')])[0]?.score
  const after = scores([...refuted, rated('s')]).at(-1)
  expect(after?.score).toBeLessThan(Number(before) / 2)
  expect(scores([rated('s'), ...refuted])[0]?.score).toBe(before)
  expect(grade(parsed(after?.objects[0]))).toMatchObject({ score: after?.score })
})

test('a stream gives the same scores from the state that it left as in one run', () => {
  const state = new State()
  const stream = [sample('a'), gold('a', { calls: [call('fees', 'price of AAPL')] }), sample('b'), sample('c')]
  const apart = [...scores(stream.slice(0, 2), state), ...scores(stream.slice(2), state)]
  expect(apart).toEqual(scores(stream))
})
