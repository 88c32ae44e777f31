import { openOpenaiModel } from '#models/adapters/openai.ts'
import { systemClock } from '#runtime/core/clock.ts'
import { startModelServer } from '#test/support/servers/model-server.ts'
import { languageModelFaults } from './faults.suite.ts'
import { languageModelContract } from './suite.ts'

const open = (url: string, key: string) => openOpenaiModel('fake-model', { url: `${url}/v1`, key }, systemClock)

languageModelContract('an OpenAI-compatible model', async () => open((await startModelServer()).url, 'some-key'))
languageModelFaults('an OpenAI-compatible model', open)
