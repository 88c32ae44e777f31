import { askJson, type LanguageModel } from '#models/language-model.ts'
import { hashFraction } from '#runtime/core/identity.ts'
import type { SampleSelected } from '#schemas/events.ts'
import { type JudgedSample, promptVersion, type ToolDescriptions, verdictPrompt } from './prompt.ts'
import { rubric, rubricVersion } from './rubric.ts'
import type { ModelOpinion } from './verdict.ts'

/** What a model says of a sample. One that fails leaves an opinion that was refused, never a score. */
export async function requestOpinion(
  model: LanguageModel,
  sample: JudgedSample & Pick<SampleSelected, 'id'>,
  tools: ToolDescriptions,
  signal: AbortSignal,
): Promise<ModelOpinion> {
  const shown = shuffleTools(sample.id, tools)
  const answer = await askJson(model, verdictPrompt(rubric, sample, shown), signal)
  const opinion = 'refused' in answer ? answer : { verdict: answer.value }
  const asked = { rubric: rubricVersion(rubric), prompt: promptVersion, model: model.name }
  return { ...asked, plannedFirst: isInFirstHalf(sample.plan.tool, shown), opinion }
}

/** An order of the sample's own: where a tool stands is then an experiment on the judge, not a habit of the catalogue. */
const shuffleTools = (id: string, tools: ToolDescriptions): ToolDescriptions =>
  tools.toSorted((a, b) => orderHash(id, a.name) - orderHash(id, b.name))

const orderHash = (id: string, tool: string): number => hashFraction(`${promptVersion}/order`, `${id}/${tool}`)

function isInFirstHalf(tool: string, shown: ToolDescriptions): boolean | null {
  const at = shown.findIndex(({ name }) => name === tool)
  return at < 0 ? null : at < shown.length / 2
}
