import { expect, test } from 'vitest'
import { untunedManifest } from '#planners/linear/model/manifest.ts'
import { canonicalJson, digest } from '#runtime/core/identity.ts'
import { wantedAfterDescription, wantedAfterRelease } from '#services/gateway/wanted-planner.ts'
import { desk, release } from './make.ts'

const base = wantedAfterDescription(desk(), undefined)

test('before the first release the untuned planner is wanted, under the digest that tuning knows it by', () => {
  const manifest = canonicalJson(untunedManifest('desk', [{ name: 'quote', description: 'Price of a security.' }]))
  expect(base).toEqual({ digest: digest(manifest), release: null, manifest })
  expect(wantedAfterDescription(desk(), base)).toBe(base)
  expect(wantedAfterDescription(desk({ quote: 'Another description.' }), base)?.digest).not.toBe(base?.digest)
})

test('an agent that has no untuned planner has nothing to serve until a release', () => {
  expect(wantedAfterDescription(desk({}), undefined)).toBeUndefined()
  expect(wantedAfterRelease(release('p1'), undefined)).toMatchObject({ digest: 'p1' })
})

test('the newest promotion or roll-back is wanted; rejections and new descriptions change nothing', () => {
  const promoted = wantedAfterRelease(release('p1'), base)
  expect(promoted).toEqual({ digest: 'p1', release: 'release of p1', manifest: null })
  expect(wantedAfterRelease(release('p2', { outcome: 'rejected' }), promoted)).toBe(promoted)
  expect(wantedAfterDescription(desk({ other: 'Tool.' }), promoted)).toBe(promoted)
  expect(wantedAfterRelease(release('p0', { outcome: 'rolledBack' }), promoted)).toMatchObject({ digest: 'p0' })
})
