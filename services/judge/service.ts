import type { LanguageModel } from '#models/language-model.ts'
import type { Agents, Service } from '#runtime/service.ts'
import type { AgentDescribed, GoldAnswered } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import { decide, type Facts, type GoldFacts, version } from './decide.ts'
import { httpApi } from './http-api.ts'
import { requestOpinion } from './model/opinion.ts'

type Ports = {
  readonly agents: Pick<Agents, 'waitFor'>
  /** Undefined where none is configured. */
  readonly languageModel: LanguageModel | undefined
}

/** A language model is asked only where one is configured and there is no gold. Gold is compared by the schemas of the agent's tools. */
export const judge: Service<'judge', Facts, Ports> = {
  name: 'judge',
  version,
  stateShape: { version: 1 },
  async gather({ topic: from, event }, { agents, languageModel }, signal) {
    if (from === topic.goldAnswers) return goldFacts(event, await agents.waitFor(event.agent))
    if (languageModel === undefined || from !== topic.selectedSamples) return null
    const { tools } = await agents.waitFor(event.agent)
    return requestOpinion(languageModel, event, tools, signal)
  },
  decide,
  httpApi,
}

/** Facts are kept with each decision, so they hold only what this one needs of the catalogue. */
function goldFacts({ plan, calls }: GoldAnswered, { tools }: AgentDescribed): GoldFacts {
  const called = new Set([...plan.calls, ...(calls ?? [])].map(({ tool }) => tool))
  const needed = tools.filter(({ name }) => called.has(name))
  return { schemas: Object.fromEntries(needed.map(({ name, argumentSchema }) => [name, argumentSchema])) }
}
