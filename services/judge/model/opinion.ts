import { askJson, type LanguageModel } from '#models/language-model.ts'
import { hashFraction } from '#runtime/core/identity.ts'
import type { SampleSelected } from '#schemas/events.ts'
import { toolOf } from '#schemas/turns.ts'
import type { ModelOpinion } from '../packet.ts'
import { type JudgedSample, promptVersion, type ToolDescriptions, verdictPrompt } from './prompt.ts'
import { rubric, rubricVersion } from './rubric.ts'

/** Asks a model about a sample. Where it gives no usable answer the opinion is refused with a reason, and has no score. */
export async function requestOpinion(
  model: LanguageModel,
  sample: JudgedSample & Pick<SampleSelected, 'id'>,
  tools: ToolDescriptions,
  signal: AbortSignal,
): Promise<ModelOpinion> {
  const shown = shuffleTools(sample.id, tools)
  const answer = await askJson(model, verdictPrompt(rubric, sample, shown), signal)
  const opinion = 'refused' in answer ? answer : { verdict: answer.value }
  const versions = { rubric: rubricVersion(rubric), prompt: promptVersion, model: model.name }
  return { ...versions, plannedFirst: isInFirstHalf(toolOf(sample.plan.calls), shown), opinion }
}

/** A pseudo-random order for each sample, so that the order probe can measure the effect of a tool's position. */
const shuffleTools = (id: string, tools: ToolDescriptions): ToolDescriptions =>
  tools.toSorted((a, b) => orderHash(id, a.name) - orderHash(id, b.name))

const orderHash = (id: string, tool: string): number => hashFraction(`${promptVersion}/order`, `${id}/${tool}`)

function isInFirstHalf(tool: string, shown: ToolDescriptions): boolean | null {
  const position = shown.findIndex(({ name }) => name === tool)
  return position < 0 ? null : position < shown.length / 2
}
