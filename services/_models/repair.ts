import type { z } from 'zod'
import {
  type Completion,
  decorate,
  extractJson,
  type LanguageModel,
  type ModelRefusal,
  type Prompt,
} from './language-model.ts'

/** Sends an answer that is not the JSON asked for back to the model once, with what is wrong with it. Refuses a second wrong answer. */
export function withRepair(inner: LanguageModel): LanguageModel {
  return decorate(inner, async (prompt, signal) => {
    const first = await inner.complete(prompt, signal)
    if ('refused' in first) return first
    const problem = schemaProblem(prompt, first.text)
    if (problem === undefined) return first
    const second = await inner.complete(correction(prompt, first.text, problem), signal)
    if ('refused' in second) return second
    const remaining = schemaProblem(prompt, second.text)
    if (remaining === undefined) return combineAnswers(first, second)
    return {
      refused: `the answer was not what was asked for, and neither was the corrected one: ${remaining}`,
    } satisfies ModelRefusal
  })
}

/** What is wrong with an answer, without its text: only names and limits of the schema. Undefined where nothing is wrong. */
export function schemaProblem({ schema }: Prompt, text: string): string | undefined {
  if (schema === undefined) return undefined
  const json = extractJson(text)
  if (json === undefined) return 'it is not JSON'
  return schema
    .safeParse(json)
    .error?.issues.map(issue => `${issue.path.join('.') || 'it'} is wrong (${describeIssue(issue)})`)
    .join(', ')
}

function describeIssue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${issue.expected}`
    case 'too_big':
      return `must be at most ${issue.maximum}`
    case 'too_small':
      return `must be at least ${issue.minimum}`
    default:
      return issue.code
  }
}

function correction(prompt: Prompt, text: string, problem: string): Prompt {
  const fix = `Your answer cannot be used: ${problem}. Answer again with the JSON alone, nothing before or after it.`
  return {
    ...prompt,
    messages: [...prompt.messages, { role: 'assistant', content: text }, { role: 'user', content: fix }],
  }
}

const combineAnswers = (first: Completion, second: Completion): Completion => ({
  ...second,
  usage: {
    inputTokens: first.usage.inputTokens + second.usage.inputTokens,
    outputTokens: first.usage.outputTokens + second.usage.outputTokens,
  },
  milliseconds: first.milliseconds + second.milliseconds,
})
