import { test } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { openOpenaiModel } from '#runtime/language-model-openai.ts'
import { localModel, startLocalModel } from '#test/support/local-model.ts'
import { languageModelContract } from './language-model.suite.ts'

const found = await localModel()

if (found)
  languageModelContract('Gemma 3 270M on llama.cpp', async () =>
    openOpenaiModel('gemma-3-270m', { url: `${await startLocalModel(found)}/v1`, key: undefined }, systemClock),
  )
else test.skip('Gemma 3 270M on llama.cpp', () => {})
