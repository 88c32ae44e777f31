import { expect, test } from 'vitest'
import { hajek } from '#statistics/hajek.ts'
import { coverage } from '#test/bench/sampling/coverage.ts'
import { simulated } from '#test/unit/services/sampler/simulated-stream.ts'
import { active, selections } from '#test/unit/services/sampler/stream.ts'

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length

test('half a percent of the turns is chosen among few contenders, and still tells the accuracy', () => {
  const { stream, right } = simulated(7, 60_000)
  const rows = selections(stream, { ...active, sampleShare: 0.005 }).filter(({ correction }) => !correction)
  const estimate = hajek(rows.map(({ turnId, inclusionProbability: p }) => ({ y: Number(right.get(turnId)), p })))
  const truth = mean([...right.values()].map(Number))
  expect(estimate?.interval?.lower).toBeLessThan(truth)
  expect(estimate?.interval?.upper).toBeGreaterThan(truth)
  expect(mean(rows.map(({ turnId }) => Number(right.get(turnId))))).toBeLessThan(estimate?.interval?.lower ?? 0)
})

test('reweighted by inclusion probability the picks tell the accuracy; as they are, or with corrections, they do not', () => {
  const errors = Array.from({ length: 24 }, (_none, seed) => {
    const { stream, right } = simulated(seed, 2000)
    const truth = mean([...right.values()].map(Number))
    const rows = selections(stream, { ...active, sampleShare: 0.2, evaluationShare: 0.15 }).map(sample => ({
      y: Number(right.get(sample.turnId)),
      p: sample.inclusionProbability,
      correction: sample.correction,
    }))
    const error = (some: typeof rows): number => (hajek(some)?.mean ?? 0) - truth
    return {
      naive: mean(rows.map(({ y }) => y)) - truth,
      hajek: error(rows.filter(({ correction }) => !correction)),
      withCorrections: error(rows),
    }
  })
  const bias = (kind: 'naive' | 'hajek' | 'withCorrections'): number => mean(errors.map(error => error[kind]))
  expect(Math.abs(bias('hajek'))).toBeLessThan(0.02)
  expect(bias('withCorrections')).toBeLessThan(bias('hajek') - 0.015)
  expect(bias('naive')).toBeLessThan(-0.1)
}, 60_000)

test('of 95% intervals some 95% hold the truth; of those around the plain mean of the picks few do', () => {
  const found = coverage(20, { ...active, evaluationShare: 0.15 })
  expect(found.hajek).toBeGreaterThanOrEqual(0.87)
  expect(found.naive).toBeLessThan(0.6)
}, 60_000)
