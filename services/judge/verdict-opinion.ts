import { askJson, type LanguageModel } from '#models/language-model.ts'
import { fraction } from '#runtime/core/identity.ts'
import type { SampleSelected } from '#schemas/events.ts'
import { rubric, versionOf } from './rubric.ts'
import type { ModelOpinion } from './verdict.ts'
import { type JudgedSample, promptVersion, type Tools, verdictPrompt } from './verdict-prompt.ts'

/** What a model says of a sample. One that fails leaves an opinion that was refused, never a score. */
export async function opinionOf(
  model: LanguageModel,
  sample: JudgedSample & Pick<SampleSelected, 'id'>,
  tools: Tools,
  signal: AbortSignal,
): Promise<ModelOpinion> {
  const shown = shuffled(sample.id, tools)
  const answer = await askJson(model, verdictPrompt(rubric, sample, shown), signal)
  const opinion = 'refused' in answer ? answer : { verdict: answer.value }
  const asked = { rubric: versionOf(rubric), prompt: promptVersion, model: model.name }
  return { ...asked, plannedFirst: standsFirst(sample.plan.tool, shown), opinion }
}

/** An order of the sample's own: where a tool stands is then an experiment on the judge, not a habit of the catalogue. */
const shuffled = (id: string, tools: Tools): Tools => tools.toSorted((a, b) => place(id, a.name) - place(id, b.name))

const place = (id: string, tool: string): number => fraction(`${promptVersion}/order`, `${id}/${tool}`)

function standsFirst(tool: string, shown: Tools): boolean | null {
  const at = shown.findIndex(({ name }) => name === tool)
  return at < 0 ? null : at < shown.length / 2
}
