import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenBucket } from '#runtime/http/token-bucket.ts'

test('no stretch of time lets more through than its rate and one burst', () =>
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 50, noNaN: true }),
      fc.array(fc.nat(400), { minLength: 1, maxLength: 200 }),
      (perSecond, pauses) => {
        const bucket = createTokenBucket(perSecond)
        let now = 1_000_000
        const taken = pauses.flatMap(pause => {
          now += pause
          return bucket.take(now) === 0 ? [now] : []
        })
        for (const [index, from] of taken.entries())
          for (const [further, to] of taken.slice(index).entries())
            expect(further + 1).toBeLessThanOrEqual(Math.max(1, perSecond) + ((to - from) / 1_000) * perSecond + 1e-6)
      },
    ),
  ))

test('whoever waits as long as it says gets through', () =>
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 50, noNaN: true }), fc.nat(200), (perSecond, before) => {
      const bucket = createTokenBucket(perSecond)
      let wait = 0
      for (let call = 0; call <= before; call++) wait = bucket.take(0)
      if (wait > 0) expect(bucket.take(Math.ceil(wait) * 1_000)).toBe(0)
    }),
  ))
