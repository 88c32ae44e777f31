import { describe, expect, test } from 'vitest'
import { State } from '#runtime/state/state.ts'
import type { ScoredPair } from '#services/judge/calibration.ts'
import type { Facts } from '#services/judge/decide.ts'
import { judgeVersions } from '#services/judge/judge-version.ts'
import { collections, trustOf } from '#services/judge/state.ts'
import { addPair, initialTrust } from '#services/judge/trust.ts'
import { call } from '#test/support/data/turns.ts'
import type { Inbound } from '#topology/types.ts'
import { examinations, gold, sample, scores } from './events.ts'
import { biased, type Judge, pairs, seeds } from './simulated-judges.ts'

/** Samples with their gold, by position: whether the plan was right, and its margin. */
const judged = (count: number, right: (at: number) => boolean, margin: (at: number) => number, agent = 'desk') =>
  Array.from({ length: count }, (_none, at) => [
    sample(`s${at}`, { plan: { margin: margin(at) }, agent }),
    gold(`s${at}`, { calls: [call(right(at) ? 'quote' : 'fees', 'price of AAPL')], agent }),
  ]).flat()

const isOdd = (at: number): boolean => at % 2 === 1
const honest = (at: number): number => (isOdd(at) ? 0.9 : 0.1)
const trusted = (stream: Parameters<typeof scores>[0]) => scores([...stream, sample('next')]).at(-1)?.trusted

describe('scores from signals', () => {
  test('are trusted once fifty gold answers agree with them, and an event says so', () => {
    expect(trusted(judged(49, isOdd, honest))).toBe(false)
    expect(trusted(judged(50, isOdd, honest))).toBe(true)
    expect(examinations(judged(49, isOdd, honest))).toEqual([])
    expect(examinations(judged(80, isOdd, honest))).toMatchObject([
      { judge: 'signals/v2', model: null, outcome: 'released', rows: 50, reasons: [expect.stringContaining('ROC')] },
    ])
  })

  test('that do not separate right from wrong plans are not trusted, nor those with too few wrong plans', () => {
    expect(trusted(judged(100, isOdd, () => 0.5))).toBe(false)
    const late = (at: number): boolean => at > 8
    expect(
      trusted(
        judged(
          100,
          (at: number) => late(at) && at < 18,
          at => (late(at) ? 0.9 : 0.1),
        ),
      ),
    ).toBe(false)
  })

  test('of one agent do not count for another', () => {
    expect(trusted(judged(100, isOdd, honest, 'other'))).toBe(false)
  })

  test('carry the probability of being right that earlier gold gives them', () => {
    const after = scores([...judged(60, isOdd, honest), sample('next', { plan: { margin: 0.9 } })]).at(-1)
    expect(after?.probability).toBeGreaterThan(0.9)
    expect(scores([sample('s')])[0]?.probability).toBeNull()
  })

  test('are compared with gold once for each sample, and never with undecided gold', () => {
    const state = new State()
    const undecided = gold('u', { outcome: 'undecided', calls: null })
    scores(
      [
        sample('s'),
        gold('s'),
        gold('s', { calls: [call('fees', 'price of AAPL')] }),
        sample('u'),
        undecided,
        gold('unknown'),
      ],
      state,
    )
    const { pairs: known } = trustOf(state, 'desk', judgeVersions.signals)
    expect(known.map(({ right }) => right)).toEqual([true])
  })
})

test('trust is lost when newer gold disagrees, and gained again: an event each', () => {
  const turned = (pair: ScoredPair): ScoredPair => ({ ...pair, score: 1 - pair.score })
  const fair = pairs(1, 600, biased.fair)
  const stream = [...fair.slice(0, 200), ...fair.slice(200, 400).map(turned), ...fair.slice(400)]
  let trustNow = initialTrust
  const trust = stream.map(pair => {
    trustNow = addPair(trustNow, pair)
    return trustNow.trusted
  })
  expect([trust[199], trust[399], trust[599]]).toEqual([true, false, true])
})

/** The stream of a language model that judges seeded plans, and what it says of each. */
function judgedByModel(judged: readonly ScoredPair[]) {
  const opinions = new Map<string, Facts>()
  const stream: Inbound<'judge'>[] = judged.flatMap(({ score, right, length, first }, at) => {
    opinions.set(`s${at}`, opinion(score, first))
    return [
      sample(`s${at}`, { answer: 'x'.repeat(length) }),
      gold(`s${at}`, right ? {} : { calls: [call('fees', 'price of AAPL')] }),
    ]
  })
  return { stream, opinionOf: ({ event }: Inbound<'judge'>): Facts => opinions.get(event.id) ?? null }
}

const opinion = (score: number, plannedFirst: boolean | null): Facts => ({
  ...{ rubric: 'r', prompt: 'p', model: 'm', plannedFirst },
  opinion: { verdict: { score, toolCorrect: null, reason: 'because' } },
})

/** The examinations of a simulated judge within 200 gold rows, and its next score. */
const examined = (seed: number, judge: Judge) => {
  const { stream, opinionOf } = judgedByModel(pairs(seed, 200, judge))
  const state = new State()
  const changes = examinations(stream, state, opinionOf)
  const next = scores([sample('next')], state, () => opinion(1, true))
  return { changes: changes.filter(({ model }) => model === 'm'), next: next.find(({ model }) => model === 'm') }
}

describe('of twenty simulated judges each, within 200 gold rows', () => {
  test.each(['longer', 'first', 'longerAlone', 'firstAlone'] as const)('the biased ones are quarantined: %s', kind => {
    for (const seed of seeds) {
      const { changes, next } = examined(seed, biased[kind])
      expect(next?.trusted, `seed ${seed}`).toBe(false)
      expect(changes.at(-1)?.outcome ?? 'quarantined').toBe('quarantined')
    }
  })

  test('the ones without bias are released and stay released', () => {
    for (const seed of seeds) {
      const { changes, next } = examined(seed, biased.fair)
      expect(
        changes.map(({ outcome }) => outcome),
        `seed ${seed}`,
      ).toEqual(['released'])
      expect(next?.trusted).toBe(true)
    }
  })
})

test('a version that turns biased is quarantined by an event that names the bias', () => {
  const [fair, longer] = [pairs(3, 100, biased.fair), pairs(4, 200, biased.longer)]
  const { stream, opinionOf } = judgedByModel([...fair, ...longer])
  const changes = examinations(stream, new State(), opinionOf)
  const ofModel = changes.filter(({ model }) => model === 'm')
  expect(ofModel.map(({ outcome }) => outcome)).toEqual(['released', 'quarantined'])
  expect(ofModel[1]?.reasons).toEqual([expect.stringMatching(/^bias: length moves the score by \+0\.\d+/)])
  expect(ofModel[1]?.probes.map(({ probe }) => probe)).toEqual(['length', 'order'])
})

test('what is remembered of versions is bounded, their pairs with them', () => {
  const state = new State()
  for (let version = 0; version < 25; version++)
    for (let at = 0; at < 3; at++) {
      const id = `s${version}-${at}`
      const verdict = { score: 0.5, toolCorrect: null, reason: 'because' }
      const facts = { rubric: `r${version}`, prompt: 'p', model: 'm', plannedFirst: null, opinion: { verdict } }
      scores([sample(id)], state, () => facts)
      scores([gold(id)], state)
    }
  expect(state.size(collections('desk').versions.name)).toBe(20)
  const model = { judge: 'model/v1', prompt: 'p', model: 'm' }
  expect(trustOf(state, 'desk', { ...model, rubric: 'r1' }).pairs).toEqual([])
  expect(trustOf(state, 'desk', { ...model, rubric: 'r24' }).pairs).toHaveLength(3)
  scores(judged(250, isOdd, honest), state)
  expect(trustOf(state, 'desk', judgeVersions.signals).pairs).toHaveLength(200)
})
