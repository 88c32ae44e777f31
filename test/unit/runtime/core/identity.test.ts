import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson, deriveId, digest, hashFraction, seedOf } from '#runtime/core/identity.ts'

test('values are pinned: a replay in years gives the same ids and the same sample', () => {
  expect(digest('flywheel')).toBe('249fcd5879ee2bb2ec91935e2dbf38ce42b4e162fcfef3e64b8c22b6f8cfe7c4')
  expect(deriveId('sampler/v1', 'a', 1)).toBe('eba10355c4b2b6a39b4b53356ef7b371')
  expect(hashFraction('sampler/v1', 'a')).toBe(0.1288010593771136)
  expect(seedOf('sampler/v1', 'a')).toBe(553196337)
})

test('an id depends on the label and on each part, and on where one part ends', () => {
  const ids = [
    deriveId('l/v1', 'ab', 'c'),
    deriveId('l/v1', 'a', 'bc'),
    deriveId('l/v2', 'ab', 'c'),
    deriveId('l/v1', 'abc'),
  ]
  expect(new Set(ids).size).toBe(4)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
})

test('a fraction lies in [0, 1) and is spread evenly', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (label, id) => {
      const share = hashFraction(label, id)
      expect(share >= 0 && share < 1).toBe(true)
    }),
  )
  const shares = Array.from({ length: 10_000 }, (_, i) => hashFraction('spread/v1', `${i}`))
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = shares.filter(share => Math.floor(share * 10) === tenth).length
    // Five standard deviations of a binomial count: 5 * sqrt(10000 * .1 * .9).
    expect(Math.abs(count - 1_000)).toBeLessThan(150)
  }
})

test('canonical JSON is the same for equal values, whatever the order of their keys', () => {
  const shuffled = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(shuffled)
      : value !== null && typeof value === 'object'
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, inner]) => [key, shuffled(inner)]),
          )
        : value
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value))
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})
