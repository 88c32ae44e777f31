import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GoldAnswered } from '#schemas/events.ts'
import type { Dataset, EvaluationSet } from '#schemas/objects.ts'
import { decide } from '#services/curator/decide.ts'
import { questionOf } from '#services/curator/question.ts'
import { given } from '#test/support/given.ts'
import { isNearDuplicate } from '#text/near-duplicates.ts'
import { questionVector } from '#text/question-vector.ts'
import { dot } from '#text/vectors.ts'
import { facts, goldRecord, widenedRecord, words } from './makers.ts'

/** Families of the stored gold by sample, after gold answers of these samples in order. */
function storedFamilies(...answers: readonly (readonly [n: number, over: Partial<GoldAnswered>])[]) {
  const records = answers.map(([n, over]) => goldRecord(n, over))
  const { state } = given(decide).whenEach(records, facts)
  return Object.fromEntries(
    Array.from(state.entries<{ family: string }>('gold/desk'), ([sample, { family }]) => [sample, family]),
  )
}

describe('the family of a gold answer in datasets', () => {
  const question = 'what are the fees for a wire transfer to my bank'

  test('is its own where no other gold resembles it', () => {
    expect(storedFamilies([1, {}], [2, {}])).toEqual({ 'sample-1': 'family-1', 'sample-2': 'family-2' })
  })

  test('is that of gold of which its question is a near-duplicate, whatever partition sampled it', () => {
    expect(storedFamilies([1, { question }], [2, { question: `So ${question}?` }])).toMatchObject({
      'sample-2': 'family-1',
    })
  })

  test('holds for all later gold of the family', () => {
    const later = { family: 'family-2' }
    expect(storedFamilies([1, { question }], [2, { question }], [3, later])).toMatchObject({ 'sample-3': 'family-1' })
  })

  test('does not change once it has gold', () => {
    const near = { family: 'family-2', question }
    expect(storedFamilies([2, {}], [1, { question }], [3, near])).toMatchObject({ 'sample-3': 'family-2' })
  })

  test('is its own for a question of function words alone', () => {
    expect(storedFamilies([1, { question: 'hello' }], [2, { question: 'Hello!' }])).toMatchObject({
      'sample-2': 'family-2',
    })
  })
})

test('no near-duplicates are in training and in evaluation, in whatever order and with whatever families they come', () => {
  /** Small edits; two of them together may leave the rule of near-duplicates, so that chains arise. */
  const edits: readonly ((text: string) => string)[] = [
    text => text,
    text => text.toUpperCase(),
    text => `so ${text}`,
    text => `${text} please`,
    text => text.replace('a', ''),
    text => text.slice(0, -3),
  ]
  const answer = fc.record({
    planted: fc.nat(9),
    edit: fc.constantFrom(...edits),
    again: fc.constantFrom(...edits),
    family: fc.nat(30),
  })
  let held = 0
  fc.assert(
    fc.property(fc.array(answer, { minLength: 30, maxLength: 60 }), answers => {
      const records = answers.flatMap(({ planted, edit, again, family }, n) => {
        const question = edit(again(`${words(planted)} ${words(planted + 100)}`))
        return [goldRecord(n, { question, family: `family-${family}` }), widenedRecord(n)]
      })
      const { objects } = given(decide).whenEach(records, facts)
      const parsed = objects.map(bytes => JSON.parse(Buffer.from(bytes).toString()) as Dataset | EvaluationSet)
      for (let version = 0; version < parsed.length; version += 2) {
        const [training, evaluation] = [parsed[version]?.rows ?? [], parsed[version + 1]?.rows ?? []]
        held += evaluation.length
        for (const row of training)
          for (const other of evaluation) {
            expect(row.family).not.toBe(other.family)
            const [one, two] = [questionOf(row), questionOf(other)]
            expect(isNearDuplicate(one, two, dot(questionVector(one), questionVector(two)))).toBe(false)
          }
      }
    }),
    { numRuns: 50 },
  )
  expect(held).toBeGreaterThan(100)
})
