import { expect, test } from 'vitest'
import { mulberry32 } from '#planner/random.ts'
import type { Arrival } from './stream.ts'
import { escalation, rating, selections, turn } from './stream.ts'

const topics = 'quote order tax fees wire login fraud crypto margin alerts bond fund dividend address statement'.split(
  ' ',
)
const fillers = 'please where when how much my today still the last new open second old next'.split(' ')

/** A stream whose wrong plans tend to have small margins, and are sometimes escalated or rated, mostly afterwards. */
function simulated(seed: number, turns: number): { stream: Arrival[]; right: Map<string, boolean> } {
  const random = mulberry32(seed)
  const pick = (from: readonly string[]): string => from[Math.floor(random() ** 2 * from.length)] ?? ''
  const right = new Map<string, boolean>()
  const stream = Array.from({ length: turns }, (_none, at) => {
    const id = `s${seed}-${at}`
    const correct = random() < 0.8
    right.set(id, correct)
    const question = `${pick(fillers)} ${pick(fillers)} ${pick(topics)} ${pick(fillers)}`
    const logged = turn(id, { question, tool: pick(topics), margin: correct ? 0.3 + 0.7 * random() : 0.5 * random() })
    if (correct || random() > 0.3) return [logged]
    const remark = random() < 0.3 ? escalation(id) : rating(id, 'down')
    return random() < 0.3 ? [remark, logged] : [logged, remark]
  })
  return { stream: stream.flat(), right }
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length

test.each([0.05, 0.1, 0.5])('the picks meet a budget of %d of the turns within a tenth', share => {
  const { stream } = simulated(1, 5000)
  const picks = selections(stream, { sampleShare: share, sampling: 'active' }).length
  expect(Math.abs(picks / (5000 * share) - 1)).toBeLessThan(0.1)
})

test('a share of 1 picks every turn', () => {
  const { stream } = simulated(2, 300)
  expect(selections(stream, { sampleShare: 1, sampling: 'active' })).toHaveLength(300)
})

/** Hajek's self-normalised mean over 20 streams; corrections are left out, since their turns had their chance at arrival. */
test('reweighted by inclusion probability the picks tell the accuracy; as they are, or with corrections, they do not', () => {
  const errors = Array.from({ length: 20 }, (_none, seed) => {
    const { stream, right } = simulated(seed, 2000)
    const truth = mean([...right.values()].map(Number))
    const samples = selections(stream).map(sample => ({ ...sample, correct: Number(right.get(sample.turnId)) }))
    const hajek = (some: typeof samples): number =>
      mean(some.map(({ correct, inclusionProbability }) => correct / inclusionProbability)) /
      mean(some.map(({ inclusionProbability }) => 1 / inclusionProbability))
    return {
      naive: mean(samples.map(({ correct }) => correct)) - truth,
      hajek: hajek(samples.filter(({ correction }) => !correction)) - truth,
      withCorrections: hajek(samples) - truth,
    }
  })
  const bias = (kind: 'naive' | 'hajek' | 'withCorrections'): number => mean(errors.map(error => error[kind]))
  expect(Math.abs(bias('hajek'))).toBeLessThan(0.01)
  expect(bias('withCorrections')).toBeLessThan(-0.015)
  expect(bias('naive')).toBeLessThan(-0.1)
})
