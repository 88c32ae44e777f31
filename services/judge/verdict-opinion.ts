import { askJson, type LanguageModel } from '#runtime/language-model.ts'
import { rubric, versionOf } from './rubric.ts'
import type { ModelOpinion } from './verdict.ts'
import { type JudgedSample, promptVersion, type Tools, verdictPrompt } from './verdict-prompt.ts'

/** What a model says of a sample. One that fails leaves an opinion that was refused, never a score. */
export async function opinionOf(
  model: LanguageModel,
  sample: JudgedSample,
  tools: Tools,
  signal: AbortSignal,
): Promise<ModelOpinion> {
  const answer = await askJson(model, verdictPrompt(rubric, sample, tools), signal)
  const opinion = 'refused' in answer ? answer : { verdict: answer.value }
  return { rubric: versionOf(rubric), prompt: promptVersion, model: model.name, opinion }
}
