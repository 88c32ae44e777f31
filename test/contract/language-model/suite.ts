import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { askJson, type LanguageModel, type Prompt } from '#models/language-model.ts'
import { withRepair } from '#models/repair.ts'

export const colourSchema = z.object({ colour: z.enum(['red', 'green', 'blue']), share: z.number().min(0).max(1) })

const forever = new AbortController().signal

const question: Prompt & { readonly schema: typeof colourSchema } = {
  messages: [
    { role: 'system', content: 'You answer in JSON, such as {"colour": "red", "share": 0.5}.' },
    { role: 'user', content: 'Which colour has the sky, and how much of it? Answer as JSON.' },
  ],
  maxTokens: 60,
  schema: colourSchema,
}

/** What every language model promises, a real one too: so nothing here depends on what it says. */
export function languageModelContract(name: string, open: () => Promise<LanguageModel> | LanguageModel): void {
  describe(name, { timeout: 120_000 }, () => {
    test('answers in text, and says what that took', async () => {
      const { schema: _none, ...plain } = question
      const answer = await (await open()).complete(plain, forever)
      if ('refused' in answer) throw new Error(answer.refused)
      expect(answer.text.length).toBeGreaterThan(0)
      expect(answer.usage.inputTokens).toBeGreaterThan(0)
      expect(answer.usage.outputTokens).toBeGreaterThan(0)
      expect(answer.usage.outputTokens).toBeLessThanOrEqual(question.maxTokens)
      expect(answer.model).not.toBe('')
    })

    test('answers what the schema accepts, or is refused', async () => {
      const answer = await askJson(withRepair(await open()), question, forever)
      if ('refused' in answer) expect(answer.refused).toMatch(/not what was asked for/)
      else expect(colourSchema.safeParse(answer.value).success).toBe(true)
    })

    test('stops when it is told to', async () => {
      const stop = new AbortController()
      const model = await open()
      const answer = model.complete(question, stop.signal)
      stop.abort(new Error('enough'))
      await expect(answer).rejects.toThrow('enough')
    })
  })
}
