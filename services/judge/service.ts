import type { Service } from '#runtime/service.ts'
import { topic } from '#topology/names.ts'
import { decide, version } from './decide.ts'
import { edge } from './edge.ts'
import type { Facts } from './verdict.ts'
import { opinionOf } from './verdict-opinion.ts'

/** A language model is asked only where one is configured and there is no gold; all other evidence is in the events. */
export const judge: Service<'judge', Facts> = {
  name: 'judge',
  version,
  async gather({ topic: from, event }, { agents, languageModel }, signal) {
    if (languageModel === undefined || from !== topic.selectedSamples) return null
    const { tools } = await agents.need(event.agent)
    return opinionOf(languageModel, event, tools, signal)
  },
  decide,
  edge,
}
