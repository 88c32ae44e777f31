import { expect, test } from 'vitest'
import { State } from '#runtime/state/state.ts'
import type { TrafficCounted } from '#schemas/events.ts'
import { randomProbability } from '#services/sampler/controller.ts'
import { topic } from '#topology/topic-names.ts'
import { simulated } from './simulated-stream.ts'
import { active, emitted } from './stream.ts'

const turns = 3001
const { stream } = simulated(3, turns)
const out = emitted(stream, active, new State())
const counts = out.flatMap(({ topic: name, event }) =>
  name === topic.trafficCounts ? [event as Omit<TrafficCounted, 'id' | 'parents' | 'at'>] : [],
)
const strata = counts.flatMap(count => count.strata)
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

test('the counts add up to all turns, and to all picks before the last count', () => {
  expect(counts).toHaveLength(6)
  expect(sum(counts.map(count => count.turns))).toBe(3000)
  expect(sum(strata.map(stratum => stratum.turns))).toBe(3000)
  const last = out.findLastIndex(({ topic: name }) => name === topic.trafficCounts)
  const samples = out.slice(0, last).filter(({ topic: name }) => name === topic.selectedSamples)
  // The last turn is counted after the last count, whether or not it was picked.
  expect(Math.abs(sum(strata.map(({ picks }) => picks)) - samples.length)).toBeLessThanOrEqual(1)
})

test('what an arm was expected to draw and what it drew agree, and chance is expected the same of every turn', () => {
  const ofArm = (name: string) => strata.flatMap(({ arms }) => arms.filter(({ arm }) => arm === name))
  const random = ofArm('random')
  expect(sum(random.map(({ expected }) => expected))).toBeCloseTo(3000 * randomProbability(active, false), 6)
  for (const arm of ['random', 'underrepresented']) {
    const expected = sum(ofArm(arm).map(count => count.expected))
    const drawn = sum(ofArm(arm).map(({ picks }) => picks))
    expect(Math.abs(drawn - expected)).toBeLessThan(4 * Math.sqrt(expected))
  }
})
