import { test } from 'vitest'
import { openOpenaiModel } from '#models/adapters/openai.ts'
import { systemClock } from '#runtime/core/clock.ts'
import { localModel, startLocalModel } from '#test/support/servers/local-model.ts'
import { languageModelContract } from './suite.ts'

const found = await localModel()

if (found)
  languageModelContract('Gemma 3 270M on llama.cpp', async () =>
    openOpenaiModel('gemma-3-270m', { url: `${await startLocalModel(found)}/v1`, key: undefined }, systemClock),
  )
else test.skip('Gemma 3 270M on llama.cpp', () => {})
