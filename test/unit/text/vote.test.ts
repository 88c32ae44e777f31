import { describe, expect, test } from 'vitest'
import { blendVotes, softmax, voteShares } from '#text/vote.ts'

describe('voteShares', () => {
  test('shares sum to 1, and a near-copy outvotes several that are vaguely alike', () => {
    const neighbours = [0.95, 0.5, 0.5, 0.5].map((similarity, at) => ({
      id: `${at}`,
      tool: at === 0 ? 'copy' : 'vague',
      similarity,
    }))
    const votes = voteShares(neighbours)
    expect([...votes.values()].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1)
    expect(votes.get('copy') ?? 0).toBeGreaterThan(votes.get('vague') ?? 0)
  })

  test('is empty without neighbours', () => {
    expect(voteShares([]).size).toBe(0)
  })
})

test('softmax gives probabilities, also of scores that would overflow', () => {
  const probabilities = softmax(Float64Array.of(1000, 999, -1000), 1)
  expect(probabilities.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1)
  expect(probabilities[0]).toBeCloseTo(Math.E / (1 + Math.E))
})

test('a vote takes its share of the probabilities, and tools of no catalogue do not vote', () => {
  const positions = new Map([
    ['a', 0],
    ['b', 1],
  ])
  const neighbour = (tool: string) => ({ id: tool, tool, similarity: 0.9 })
  const probabilities = Float64Array.of(0.5, 0.5)
  blendVotes(probabilities, [neighbour('retired')], 0.4, positions)
  expect([...probabilities]).toEqual([0.5, 0.5])
  blendVotes(probabilities, [neighbour('b'), neighbour('retired')], 0.4, positions)
  expect([...probabilities]).toEqual([0.3, 0.7])
})
