import { expect, test } from 'vitest'
import type { LanguageModel } from '#models/language-model.ts'
import { withRepair } from '#models/repair.ts'
import { Fault } from '#runtime/core/faults.ts'
import { rubric, rubricVersion } from '#services/judge/model/rubric.ts'
import { judge } from '#services/judge/service.ts'
import { agentDescribed } from '#test/support/data/agent-described.ts'
import { call } from '#test/support/data/turns.ts'
import { gold, sample, widened } from './events.ts'

const forever = new AbortController().signal
const tools = [{ name: 'quote', description: 'The price of a share.' }]

/** A model that says this, or is refused. */
function modelThat(answer: { readonly says: unknown } | { readonly refused: string }): LanguageModel {
  const text = 'says' in answer ? JSON.stringify(answer.says) : ''
  const completion = { text, usage: { inputTokens: 1, outputTokens: 1 }, model: 'm-1', milliseconds: 1 }
  return withRepair({ name: 'm', complete: async () => ('refused' in answer ? answer : completion) })
}

const gather = (inbound: ReturnType<typeof sample>, languageModel: LanguageModel | undefined, catalogue = tools) =>
  judge.gather?.(inbound, { agents: { waitFor: async () => agentDescribed(catalogue) }, languageModel }, forever)

const says = (says: unknown) => gather(sample('s'), modelThat({ says }))

test('gold comes with the argument schemas of the tools that are called, and asks nobody', async () => {
  const argumentSchema = '{"properties":{"symbol":{"type":"string"}}}'
  const catalogue = [
    { name: 'quote', description: 'q', argumentSchema },
    { name: 'fees', description: 'f' },
  ]
  expect(await gather(gold('s'), undefined, catalogue)).toEqual({ schemas: { quote: argumentSchema } })
})

test('gold of an agent that was removed comes without schemas', async () => {
  const waitFor = () => Promise.reject(new Fault('FLY_AGENT', 'not registered'))
  expect(await judge.gather?.(gold('s'), { agents: { waitFor }, languageModel: undefined }, forever)).toEqual({
    schemas: {},
  })
})

test('without a model, and beside variants, nobody is asked', async () => {
  const never: LanguageModel = { name: 'm', complete: () => Promise.reject(new Error('asked')) }
  expect(await gather(sample('s'), undefined)).toBeNull()
  expect(await gather(widened([]), never)).toBeNull()
  await expect(gather(sample('s'), never)).rejects.toThrow('asked')
})

test('a verdict comes with the versions of rubric, prompt and model', async () => {
  expect(await says({ score: 0.7, toolCorrect: true, reason: 'it is the price' })).toEqual({
    rubric: rubricVersion(rubric),
    prompt: 'judge-prompt/v2',
    model: 'm',
    plannedFirst: true,
    opinion: { verdict: { score: 0.7, toolCorrect: true, reason: 'it is the price' } },
  })
  expect(rubricVersion(rubric)).toMatch(/^rubric\/v1-[0-9a-f]{8}$/)
  expect(rubricVersion({ ...rubric, text: 'another' })).not.toBe(rubricVersion(rubric))
})

test('where the planned tool stands is drawn for each sample, and told', async () => {
  const catalogue = ['quote', 'fees', 'margin', 'tax'].map(name => ({ name, description: name }))
  const model = modelThat({ says: { score: 1, toolCorrect: true, reason: 'x' } })
  const firstOf = async (id: string, tool = 'quote') => {
    const facts = await gather(sample(id, { plan: { calls: [call(tool)] } }), model, catalogue)
    return facts && 'plannedFirst' in facts ? facts.plannedFirst : undefined
  }
  const firsts = await Promise.all(Array.from({ length: 200 }, (_none, at) => firstOf(`s${at}`)))
  expect(await firstOf('s0')).toBe(firsts[0])
  expect(Math.abs(firsts.filter(Boolean).length - 100)).toBeLessThan(25)
  expect(await firstOf('s0', 'unknown')).toBeNull()
})

test.each([
  ['a score out of range', { score: 7, toolCorrect: true, reason: 'x' }],
  ['a score that is no number', { score: '1', toolCorrect: true, reason: 'x' }],
  ['no score', { toolCorrect: true, reason: 'x' }],
  ['no reason', { score: 1, toolCorrect: true, reason: ' ' }],
  ['a list', [1]],
])('%s is refused with a reason, never a score', async (_what, answer) => {
  expect(await says(answer)).toMatchObject({ opinion: { refused: expect.stringMatching(/not what was asked for/) } })
})

test('a refused call is a refused opinion', async () => {
  const refused = 'the budget of judge on 2026-11-24 has no room for this call'
  expect(await gather(sample('s'), modelThat({ refused }))).toMatchObject({ opinion: { refused } })
})
