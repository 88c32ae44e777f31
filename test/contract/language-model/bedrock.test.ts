import { expect, test } from 'vitest'
import { openBedrockModel } from '#models/adapters/bedrock.ts'
import { systemClock } from '#runtime/core/clock.ts'
import { startModelServer } from '#test/support/servers/model-server.ts'
import { languageModelFaults } from './faults.suite.ts'
import { languageModelContract } from './suite.ts'

const foundation = 'some.model-v1:0'
const imported = 'arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456'

const forever = new AbortController().signal
const prompt = { messages: [{ role: 'user', content: 'hello?' }], maxTokens: 5 } as const

const open = (model: string) => (endpoint: string, key: string) =>
  openBedrockModel(model, systemClock, {
    ...{ endpoint, region: 'us-east-1', token: { token: key }, authSchemePreference: ['httpBearerAuth'] },
  })

for (const [name, model] of [
  ['Bedrock by Converse', foundation],
  ['Bedrock by InvokeModel, of an imported model', imported],
] as const) {
  languageModelContract(name, async () => open(model)((await startModelServer()).url, 'some-key'))
  languageModelFaults(name, open(model))
}

test.each([
  [foundation, `/model/${foundation}/converse`],
  [imported, `/model/${imported}/invoke`],
])('%s is asked at its own door', async (model, path) => {
  const server = await startModelServer()
  const asked = await open(model)(server.url, 'key')
  expect(await asked.complete(prompt, forever)).toMatchObject({ text: 'hello' })
  expect(server.requests[0]?.path).toBe(path)
})

test('with credentials requests are signed', async () => {
  const server = await startModelServer()
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'some-secret' }
  const model = await openBedrockModel(foundation, systemClock, {
    ...{ endpoint: server.url, region: 'eu-central-1', credentials },
  })
  expect(await model.complete(prompt, forever)).toMatchObject({ text: 'hello' })
  expect(server.requests[0]?.headers['authorization']).toMatch(
    /^AWS4-HMAC-SHA256 .*\/eu-central-1\/bedrock\/aws4_request/,
  )
})

test('without a region it is not opened', async () => {
  const nowhere = (): Promise<string> => Promise.reject(new Error('none'))
  const opening = openBedrockModel(foundation, systemClock, { region: nowhere })
  await expect(opening).rejects.toMatchObject({ code: 'FLY_CONFIG', message: expect.stringContaining('AWS_REGION') })
})
