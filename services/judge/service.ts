import type { Service } from '#runtime/service.ts'
import { topic } from '#topology/names.ts'
import { decide, version } from './decide.ts'
import { httpApi } from './edge.ts'
import type { Facts } from './verdict.ts'
import { requestOpinion } from './verdict-opinion.ts'

/** A language model is asked only where one is configured and there is no gold; all other evidence is in the events. */
export const judge: Service<'judge', Facts> = {
  name: 'judge',
  version,
  async gather({ topic: from, event }, { agents, languageModel }, signal) {
    if (languageModel === undefined || from !== topic.selectedSamples) return null
    const { tools } = await agents.waitFor(event.agent)
    return requestOpinion(languageModel, event, tools, signal)
  },
  decide,
  httpApi,
}
