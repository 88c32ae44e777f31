import type { LanguageModel } from '#models/language-model.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { Agents, Service } from '#runtime/service.ts'
import type { GoldAnswered, Tool } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import { decide, type Facts, type GoldFacts, version } from './decide.ts'
import { httpApi } from './http-api.ts'
import { requestOpinion } from './model/opinion.ts'

type KnownAgents = Pick<Agents, 'waitFor'>
type Ports = {
  readonly agents: KnownAgents
  /** Undefined where none is configured. */
  readonly languageModel: LanguageModel | undefined
}

/** A language model is asked only where one is configured and there is no gold. Gold is compared by the schemas of the agent's tools. */
export const judge: Service<'judge', Facts, Ports> = {
  name: 'judge',
  version,
  stateShape: { version: 1 },
  async gather({ topic: from, event }, { agents, languageModel }, signal) {
    if (from === topic.goldAnswers) return goldFacts(event, await catalogueOf(event.agent, agents))
    if (languageModel === undefined || from !== topic.selectedSamples) return null
    const { tools } = await agents.waitFor(event.agent)
    return requestOpinion(languageModel, event, tools, signal)
  },
  decide,
  httpApi,
}

/** The catalogue of an agent; empty for one that was removed: its gold is compared without schemas. */
async function catalogueOf(agent: string, agents: KnownAgents): Promise<readonly Tool[]> {
  try {
    return (await agents.waitFor(agent)).tools
  } catch (error) {
    if (error instanceof Fault && error.code === 'FLY_AGENT') return []
    throw error
  }
}

/** Facts are kept with each decision, so they hold only what this one needs of the catalogue. */
function goldFacts({ plan, calls }: GoldAnswered, tools: readonly Tool[]): GoldFacts {
  const called = new Set([...plan.calls, ...(calls ?? [])].map(({ tool }) => tool))
  const needed = tools.filter(({ name }) => called.has(name))
  return { schemas: Object.fromEntries(needed.map(({ name, argumentSchema }) => [name, argumentSchema])) }
}
