import { wilson } from '#statistics/intervals.ts'
import type { Api } from './api.ts'
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
      .map(({ turns }) => ({ question: turns.at(-1) ?? '', earlier: turns.slice(0, -1) }))
    const answer = await api.planQuestions(agent, questions, planner)
    planned.push(...answer.plans.map(({ tool }) => tool))
    digest = answer.planner
  }
  const right = heldOut.map(({ tool }, at) => planned[at] === tool)
  const hits = right.filter(Boolean).length
  const { lower, upper } = wilson(hits, heldOut.length)
  return {
    accuracy: hits / heldOut.length,
    macroF1: macroF1(
      heldOut.map(({ tool }) => tool),
      planned,
    ),
    lower,
    upper,
    planner: digest,
    right: right.map(Number).join(''),
  }
}

/** Mean over the tools that occur in `truth` of F1 = 2 TP / (2 TP + FP + FN). */
export function macroF1(truth: readonly string[], planned: readonly string[]): number {
  const counts = new Map<string, { hit: number; truth: number; planned: number }>()
  const of = (tool: string) => {
    const count = counts.get(tool) ?? { hit: 0, truth: 0, planned: 0 }
    counts.set(tool, count)
    return count
  }
  truth.forEach((tool, at) => {
    of(tool).truth++
    of(planned[at] ?? '').planned++
    if (planned[at] === tool) of(tool).hit++
  })
  const scores = [...counts.values()]
    .filter(count => count.truth > 0)
    .map(count => (2 * count.hit) / (count.truth + count.planned))
  return scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length)
}
