import fc from 'fast-check'
import { expect, test } from 'vitest'
import { overrideFacts } from '#runtime/replay/override-facts.ts'

const facts = { sampleShare: 0.05, sampling: 'active', targets: { accuracy: 0.9, latencyMs: null }, tools: ['pay'] }

test('values are laid over facts, object by object; lists as a whole', () => {
  expect(overrideFacts(facts, { sampleShare: 0.2, targets: { accuracy: 0.5 }, tools: [] })).toEqual({
    ...facts,
    sampleShare: 0.2,
    targets: { accuracy: 0.5, latencyMs: null },
    tools: [],
  })
  expect(overrideFacts(facts, { targets: { latencyMs: 20 } })).toMatchObject({
    targets: { accuracy: 0.9, latencyMs: 20 },
  })
  expect(overrideFacts(undefined, { sampleShare: 1 })).toBeUndefined()
})

test.each([
  [{ sampleShar: 1 }, /the facts have no sampleShar; they have sampleShare, sampling, targets, tools/],
  [{ targets: { cost: 1 } }, /the facts have no targets\.cost; they have targets\.accuracy, targets\.latencyMs/],
  [{ sampleShare: '1' }, /sampleShare must be a value of kind number, not string/],
  [{ targets: 1 }, /targets must be a value of kind object, not number/],
  [{ tools: { pay: 1 } }, /tools must be a value of kind array, not object/],
])('%o is refused', (config, message) => {
  expect(() => overrideFacts(facts, config)).toThrow(message)
})

test('facts laid over themselves are themselves', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), any => {
      expect(overrideFacts(any, any)).toEqual(any)
    }),
  )
})
