import type { LanguageModel } from '#models/language-model.ts'
import type { Agents, Service } from '#runtime/service.ts'
import { topic } from '#topology/topic-names.ts'
import { decide, type Facts, version } from './decide.ts'
import { httpApi } from './http-api.ts'
import { requestOpinion } from './model/opinion.ts'

type Ports = {
  readonly agents: Pick<Agents, 'waitFor'>
  /** Undefined where none is configured. */
  readonly languageModel: LanguageModel | undefined
}

/** A language model is asked only where one is configured and there is no gold; all other evidence is in the events. */
export const judge: Service<'judge', Facts, Ports> = {
  name: 'judge',
  version,
  stateShape: { version: 1 },
  async gather({ topic: from, event }, { agents, languageModel }, signal) {
    if (languageModel === undefined || from !== topic.selectedSamples) return null
    const { tools } = await agents.waitFor(event.agent)
    return requestOpinion(languageModel, event, tools, signal)
  },
  decide,
  httpApi,
}
