import { describe, expect, it } from 'vitest'
import { untunedManifest } from '#planners/linear/model/manifest.ts'
import { canonicalJson, digest } from '#runtime/core/identity.ts'
import { turnBody } from '#services/gateway/request-bodies.ts'
import {
  chatLogBody,
  turnIdentity,
  wantedAfterDescription,
  wantedAfterRelease,
} from '#services/gateway/wanted-planner.ts'
import { desk, release } from './make.ts'

describe('what is served', () => {
  const base = wantedAfterDescription(desk(), undefined)
  it('is the untuned planner before the first release, under the digest that tuning knows it by', () => {
    const manifest = canonicalJson(untunedManifest('desk', [{ name: 'quote', description: 'Price of a security.' }]))
    expect(base).toEqual({ digest: digest(manifest), release: null, manifest })
    expect(wantedAfterDescription(desk(), base)).toBe(base)
    expect(wantedAfterDescription(desk({ quote: 'Another description.' }), base).digest).not.toBe(base.digest)
  })
  it('is the newest promotion or roll-back; rejections and new descriptions change nothing', () => {
    const promoted = wantedAfterRelease(release('p1'), base)
    expect(promoted).toEqual({ digest: 'p1', release: 'release of p1', manifest: null })
    expect(wantedAfterRelease(release('p2', { outcome: 'rejected' }), promoted)).toBe(promoted)
    expect(wantedAfterDescription(desk({ other: 'Tool.' }), promoted)).toBe(promoted)
    expect(wantedAfterRelease(release('p0', { outcome: 'rolledBack' }), promoted)).toMatchObject({ digest: 'p0' })
  })
})

describe('a turn', () => {
  const body = (over: object = {}) =>
    turnBody.parse({ agent: 'desk', question: 'Price?', conversationId: 'c1', ...over })
  it('is the same when sent again, and another when anything that tells turns apart differs', () => {
    const { id } = turnIdentity(body(), [1])
    expect(turnIdentity(body(), [2]).id).toBe(id)
    for (const over of [
      { question: 'And now?' },
      { turn: 1 },
      { earlier: ['Hi'] },
      { conversationId: 'c2' },
      { agent: 'b' },
    ])
      expect(turnIdentity(body(over), [1]).id).not.toBe(id)
  })
  it('counts from what came earlier, and opens a conversation where none is named', () => {
    expect(turnIdentity(body({ earlier: ['a', 'b'] }), [])).toMatchObject({ conversationId: 'c1', turn: 2 })
    expect(turnIdentity(body({ earlier: ['a', 'b'], turn: 7 }), [])).toMatchObject({ turn: 7 })
    const [one, two] = [1, 2].map(fresh => turnIdentity(body({ conversationId: undefined }), [fresh]).conversationId)
    expect(one).not.toBe(two)
  })
  it('is logged as ingest takes it', () => {
    const plan = { tool: 'quote', argument: 'Price?', confidence: 0.5, margin: 0.2 }
    const turn = { id: 't1', conversationId: 'c1', turn: 0 }
    expect(chatLogBody(body({ userId: 'u' }), turn, plan, 'p1', 1.5)).toEqual({
      id: 't1',
      agent: 'desk',
      conversationId: 'c1',
      turn: 0,
      userId: 'u',
      question: 'Price?',
      earlier: [],
      latencyMs: 1.5,
      plan: { ...plan, planner: 'p1' },
      source: 'gateway',
    })
  })
})
