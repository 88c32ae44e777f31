import { macroF1 } from '#statistics/f1.ts'
import { wilson } from '#statistics/intervals.ts'
import { type Api, userMessages } from './api.ts'
import type { QualityMeasurement } from './progress-store.ts'
import type { Question } from './questions.ts'

const batchSize = 250

/** Quality of a planner on held-out questions, asked over HTTP: accuracy with its 95% Wilson interval, and macro-F1. */
export async function measureQuality(
  api: Api,
  agent: string,
  heldOut: readonly Question[],
  planner?: string,
): Promise<QualityMeasurement & { readonly planner: string }> {
  const planned: string[] = []
  let digest = ''
  for (let from = 0; from < heldOut.length; from += batchSize) {
    const questions = heldOut
      .slice(from, from + batchSize)
      .map(({ turns }) => ({ question: turns.at(-1) ?? '', earlier: userMessages(turns.slice(0, -1)) }))
    const answer = await api.planQuestions(agent, questions, planner)
    planned.push(...answer.plans.map(({ calls }) => calls[0]?.tool ?? ''))
    digest = answer.planner
  }
  const right = heldOut.map(({ tool }, at) => planned[at] === tool)
  const hits = right.filter(Boolean).length
  const { lower, upper } = wilson(hits, heldOut.length)
  return {
    accuracy: hits / heldOut.length,
    macroF1: macroF1(heldOut.map(({ tool: truth }, at) => ({ truth, predicted: planned[at] ?? '' }))) ?? 0,
    lower,
    upper,
    planner: digest,
    right: right.map(Number).join(''),
  }
}
