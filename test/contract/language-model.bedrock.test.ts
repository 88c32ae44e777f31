import { expect, test } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { openBedrockModel } from '#runtime/language-model-bedrock.ts'
import { modelServer } from '#test/support/model-server.ts'
import { languageModelContract } from './language-model.suite.ts'
import { languageModelFaults } from './language-model-faults.suite.ts'

const foundation = 'some.model-v1:0'
const imported = 'arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456'

const open = (model: string) => (endpoint: string, key: string) =>
  openBedrockModel(model, systemClock, {
    ...{ endpoint, region: 'us-east-1', token: { token: key }, authSchemePreference: ['httpBearerAuth'] },
  })

for (const [name, model] of [
  ['Bedrock by Converse', foundation],
  ['Bedrock by InvokeModel, of an imported model', imported],
] as const) {
  languageModelContract(name, async () => open(model)((await modelServer()).url, 'some-key'))
  languageModelFaults(name, open(model))
}

test.each([
  [foundation, `/model/${foundation}/converse`],
  [imported, `/model/${imported}/invoke`],
])('%s is asked at its own door', async (model, path) => {
  const server = await modelServer()
  const prompt = { messages: [{ role: 'user', content: 'hello?' }], maxTokens: 5 } as const
  expect(await open(model)(server.url, 'key').complete(prompt, new AbortController().signal)).toMatchObject({
    text: 'hello',
  })
  expect(server.asked[0]?.path).toBe(path)
})
