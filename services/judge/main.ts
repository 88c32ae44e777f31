import { openLanguageModels } from '#models/open.ts'
import { runService } from '#runtime/host/main.ts'
import { judge } from './service.ts'

await runService(judge, async runtime => {
  const languageModels = await openLanguageModels(runtime)
  return { agents: runtime.agents, languageModel: languageModels.forService('judge') }
})
