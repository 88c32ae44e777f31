import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FEATURE_DIMENSIONS, featurize } from '#text/features.ts'
import { cosine, denseProjection, dot, EMBEDDING_DIMENSIONS } from '#text/vectors.ts'

const unit = fc.integer({ max: 0xffff, min: 0 }).map(code => String.fromCharCode(code))
const text = fc.oneof(fc.string({ unit, maxLength: 200 }), fc.lorem({ maxCount: 30 }))
const words = text.filter(value => featurize(value).indices.length > 0)
const length = (values: Float32Array) => Math.hypot(...values)

describe('featurize', () => {
  test('gives ascending unique indices in range and unit length, for any text', () => {
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 3 }), (question, earlier) => {
        const { indices, values } = featurize(question, earlier)
        expect(indices.length).toBe(values.length)
        indices.forEach((index, at) => {
          expect(index).toBeLessThan(FEATURE_DIMENSIONS)
          if (at > 0) expect(index).toBeGreaterThan(indices[at - 1] ?? 0)
        })
        if (indices.length > 0) expect(length(values)).toBeCloseTo(1, 5)
      }),
    )
  })

  test('depends on nothing but its arguments', () => {
    fc.assert(
      fc.property(words, text, (question, between) => {
        const before = featurize(question)
        featurize(between)
        expect(featurize(question)).toEqual(before)
      }),
    )
  })

  test('reads neither case nor punctuation', () => {
    expect(featurize('Where is my CARD?!')).toEqual(featurize('  where is -- my card '))
  })

  test('keeps its values: stored vectors of older versions must stay comparable', () => {
    const { indices, values } = featurize('lost card')
    expect([indices.length, indices[0], indices.at(-1)]).toEqual([21, 236, 3994])
    expect(values[0]).toBeCloseTo(0.20402126, 6)
  })

  test('is empty without a letter or digit', () => {
    expect(featurize(' ?! ', ['...']).indices).toHaveLength(0)
  })

  test('sees words through typing errors and endings', () => {
    const card = featurize('cancel my subscription')
    expect(dot(card, featurize('cancelling my subscripton'))).toBeGreaterThan(0.3)
    expect(dot(card, featurize('weather tomorrow'))).toBeLessThan(0.1)
  })

  test('weighs what is asked over how it is asked', () => {
    const question = featurize('tell me about the dividend')
    expect(dot(question, featurize('dividend'))).toBeGreaterThan(dot(question, featurize('tell me about the')))
  })

  test('lets earlier turns speak, but softer than the question, and later ones louder', () => {
    const [fee, margin, crypto] = ['wire fee', 'margin call', 'crypto wallet'].map(turn => featurize(turn))
    const vector = featurize('crypto wallet', ['margin call', 'wire fee'])
    const [toFee = 0, toMargin = 0, toCrypto = 0] = [fee, margin, crypto].map(turn => (turn ? dot(vector, turn) : 0))
    expect(toCrypto).toBeGreaterThan(toFee)
    expect(toFee).toBeGreaterThan(toMargin)
    expect(toMargin).toBeGreaterThan(0)
  })

  test('cuts a text of megabytes to the same features as its start', () => {
    const endless = 'transfer '.repeat(100_000)
    expect(featurize(endless)).toEqual(featurize(endless.slice(0, 4096)))
  })
})

describe('vectors', () => {
  test('cosine is symmetric, 1 with itself, 0 with nothing', () => {
    fc.assert(
      fc.property(words, words, (left, right) => {
        const [a, b] = [featurize(left), featurize(right)]
        expect(cosine(a, b)).toBeCloseTo(cosine(b, a), 6)
        expect(cosine(a, b)).toBeCloseTo(dot(a, b), 5)
        expect(cosine(a, a)).toBeCloseTo(1, 5)
        expect(cosine(a, featurize(''))).toBe(0)
      }),
    )
  })

  test('an embedding has unit length and nearly keeps inner products', () => {
    const texts = ['where is my card', 'my card has not arrived', 'exchange rate of the euro', 'close my account']
    for (const left of texts) {
      expect(denseProjection(featurize(left))).toHaveLength(EMBEDDING_DIMENSIONS)
      expect(length(denseProjection(featurize(left)))).toBeCloseTo(1, 5)
      for (const right of texts) {
        const [a, b] = [denseProjection(featurize(left)), denseProjection(featurize(right))]
        const dense = a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
        expect(Math.abs(dense - dot(featurize(left), featurize(right)))).toBeLessThan(0.2)
      }
    }
  })

  test('an empty vector embeds as zeros rather than NaN', () => {
    expect(denseProjection(featurize('')).every(value => value === 0)).toBe(true)
  })
})
