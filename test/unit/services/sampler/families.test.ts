import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Facts } from '#services/sampler/controller.ts'
import { familyOf, isHeldOut } from '#text/families.ts'
import { isNearDuplicate } from '#text/near-duplicates.ts'
import { type QuestionInContext, questionVector } from '#text/question-vector.ts'
import { dot } from '#text/vectors.ts'
import { type Arrival, active, escalation, selections, turn } from './stream.ts'

/** Every turn is picked. */
const everything: Facts = { ...active, sampleShare: 1, evaluationShare: 0.5 }
const families = (stream: readonly Arrival[], facts = everything): Record<string, string> =>
  Object.fromEntries(selections(stream, facts).map(({ turnId, family }) => [turnId, family]))
const own = (conversation: string): string => familyOf('desk', conversation)

const asking = (question: string): QuestionInContext => ({ question, earlier: [] })
const areNear = (one: QuestionInContext, other: QuestionInContext): boolean =>
  isNearDuplicate(one, other, dot(questionVector(one), questionVector(other)))

describe('the family of a picked turn', () => {
  const first = turn('a', { question: 'What are the fees for a wire transfer to my bank?' })
  const nearby = turn('b', { question: 'so what are the fees for a wire transfer to my bank' })

  test('is that of its conversation where no earlier pick resembles it', () => {
    const other = turn('b', { question: 'how do I change my address' })
    expect(families([first, other])).toEqual({ a: own('about-a'), b: own('about-b') })
  })

  test('is that of an earlier pick of which its question is a near-duplicate', () => {
    expect(families([first, nearby])).toEqual({ a: own('about-a'), b: own('about-a') })
  })

  test('holds for all turns of its conversation that are picked later', () => {
    const later = turn('c', { question: 'how do I change my address', conversationId: 'about-b' })
    expect(families([first, nearby, later])).toMatchObject({ c: own('about-a') })
  })

  test('does not change once a turn of the conversation was picked', () => {
    const before = turn('c', { question: 'how do I change my address', conversationId: 'about-b' })
    expect(families([before, first, nearby])).toMatchObject({ b: own('about-b'), c: own('about-b') })
  })

  test('is its own for a question of function words alone', () => {
    expect(families([turn('a', { question: 'hello' }), turn('b', { question: 'Hello!' })])).toMatchObject({
      b: own('about-b'),
    })
  })

  test('is found for a turn that is picked late, for its escalation', () => {
    const facts = { ...everything, sampleShare: 0.001 }
    expect(families([escalation('a'), first, nearby, escalation('b')], facts)).toEqual({
      a: own('about-a'),
      b: own('about-a'),
    })
  })

  test('is found where chance alone picks', () => {
    expect(families([first, nearby], { ...everything, sampling: 'random' })).toMatchObject({ b: own('about-a') })
  })

  test('never comes from another agent', () => {
    const stranger = turn('b', { question: 'so what are the fees for a wire transfer to my bank', agent: 'other' })
    expect(families([first, stranger])).toMatchObject({ b: familyOf('other', 'about-b') })
  })
})

test('near-duplicates of a planted question, and turns of one conversation, are never on both sides of a split', () => {
  const questions = [
    'what are the fees for a wire transfer to another bank in the European Union',
    'how do I reset the password of my online account when my telephone was stolen',
    'when will the dividend of my shares be paid out to the account that I opened last week',
  ]
  /** Any two versions of a question are near-duplicates of each other: the rule is not transitive. */
  const versions = questions.map(question => [
    question,
    question.toUpperCase(),
    `${question.replaceAll(' ', '  ')}?!`,
    `so ${question}`,
    `well, ${question}`,
  ])
  const asked = fc.record({
    planted: fc.nat(questions.length - 1),
    version: fc.nat(4),
    conversation: fc.nat(30),
    isEscalated: fc.boolean(),
  })
  const story = fc.record({
    asked: fc.array(asked, { minLength: 20, maxLength: 80 }),
    sampleShare: fc.constantFrom(1, 0.3, 0.05),
    sampling: fc.constantFrom('active' as const, 'random' as const),
  })
  for (const same of versions)
    for (const one of same) for (const other of same) expect(areNear(asking(one), asking(other))).toBe(true)
  let joined = 0
  fc.assert(
    fc.property(story, ({ asked, sampleShare, sampling }) => {
      // One planted question a conversation, so that no conversation links two of them.
      const stream = asked.flatMap(({ planted, version, conversation, isEscalated }, at) => {
        const id = `t${at}`
        const about = { conversationId: `c${planted}-${conversation}` }
        return [
          turn(id, { ...about, question: versions[planted]?.[version] ?? '' }),
          ...(isEscalated ? [escalation(id, about)] : []),
        ]
      })
      const picks = selections(stream, { ...everything, sampleShare, sampling })
      const sides = picks.map(({ family }) => isHeldOut(family, 0.5))
      picks.forEach((one, at) => {
        picks.slice(0, at).forEach((other, to) => {
          if (!areNear(asking(one.question), asking(other.question)) && one.conversationId !== other.conversationId)
            return
          expect(sides[at]).toBe(sides[to])
          expect(one.family).toBe(other.family)
          joined += Number(one.conversationId !== other.conversationId)
        })
      })
    }),
    { numRuns: 60 },
  )
  expect(joined).toBeGreaterThan(1000)
})
