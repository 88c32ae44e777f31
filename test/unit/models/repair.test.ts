import { expect, test } from 'vitest'
import { z } from 'zod'
import { askJson } from '#models/language-model.ts'
import { withRepair } from '#models/repair.ts'
import { ask, completion, scriptedModel } from '#test/support/doubles/scripted-model.ts'

const neverAborted = new AbortController().signal

test('a repair shows the model its answer and what is wrong with it, and counts both', async () => {
  const schema = z.object({ n: z.number() })
  const inner = scriptedModel(completion('{"n": "two"}'), completion('{"n": 2}'))
  const answer = await askJson(withRepair(inner), { ...ask('how many?'), schema }, neverAborted)
  expect(answer).toMatchObject({ value: { n: 2 }, usage: { inputTokens: 6, outputTokens: 4 }, milliseconds: 10 })
  expect(inner.prompts[1]?.messages.slice(1)).toMatchObject([
    { role: 'assistant', content: '{"n": "two"}' },
    { role: 'user', content: expect.stringContaining('n is wrong (must be number)') },
  ])
})
