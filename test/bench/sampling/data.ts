import { join } from 'node:path'
import type { LinearTool } from '#planners/linear/model/manifest.ts'
import { at, requiredValue } from '#runtime/core/checked.ts'
import { readQuestionCsv } from '#services/_desk/questions.ts'
import { mulberry32, shuffle } from '#statistics/random.ts'
import { featurize, type SparseVector } from '#text/features.ts'
import { dot } from '#text/vectors.ts'

/** `tool` is the index of the right tool in the catalogue. */
export type IntentRow = {
  readonly id: string
  readonly question: string
  readonly vector: SparseVector
  readonly tool: number
}

export type IntentDataset = {
  readonly name: string
  readonly tools: readonly LinearTool[]
  readonly training: readonly IntentRow[]
  readonly test: readonly IntentRow[]
}

/** DIR/train.csv and DIR/test.csv with columns text and category. A category is a tool with its name as description. */
export function readQuestions(directory: string): IntentDataset {
  const [training, test] = [readQuestionCsv(join(directory, 'train.csv')), readQuestionCsv(join(directory, 'test.csv'))]
  const names = [...new Set(training.map(({ tool }) => tool))].sort()
  const indexOf = new Map(names.map((name, index) => [name, index]))
  const rows = (read: typeof training, prefix: string): IntentRow[] =>
    read.map(({ turns, tool }, index) => ({
      id: `${prefix}${index}`,
      question: at(turns, 0),
      vector: featurize(at(turns, 0)),
      tool: requiredValue(indexOf, tool),
    }))
  return {
    name: `${names.length} intents`,
    tools: names.map(toolNamed),
    training: rows(training, 'q'),
    test: rows(test, 'h'),
  }
}

/** A subset of the training rows in which the n-th intent has about 1/n of the first one's rows: a long tail (Zipf). */
export function longTailed(questions: IntentDataset, seed: number): IntentDataset {
  const random = mulberry32(seed)
  const rank = new Map(
    shuffle(
      questions.tools.map((_tool, index) => index),
      random,
    ).map((tool, index) => [tool, index]),
  )
  const least = 12
  const training = questions.tools.flatMap((_tool, tool) => {
    const rows = questions.training.filter(row => row.tool === tool)
    const keep = Math.max(least, Math.round(rows.length / (1 + requiredValue(rank, tool) / 8)))
    return shuffle(rows, random).slice(0, keep)
  })
  return { ...questions, name: `${questions.name}, long tail`, training }
}

/**
 * Twice as many intents: each is split by its two least similar training questions; every question goes to the more similar of
 * the two. Harder than real intents, whose borders are less arbitrary.
 */
export function splitIntents({ name, tools, training, test }: IntentDataset): IntentDataset {
  const seeds = tools.map((_tool, tool) => {
    const vectors = training.filter(row => row.tool === tool).map(({ vector }) => vector)
    const farthest = (from: SparseVector): SparseVector =>
      vectors.reduce((a, b) => (dot(a, from) <= dot(b, from) ? a : b))
    const one = farthest(at(vectors, 0))
    return [one, farthest(one)] as const
  })
  const split = (row: IntentRow): IntentRow => {
    const [one, other] = at(seeds, row.tool)
    return { ...row, tool: 2 * row.tool + Number(dot(row.vector, other) > dot(row.vector, one)) }
  }
  const halves = tools.flatMap(({ name: intent }) => [toolNamed(`${intent} first`), toolNamed(`${intent} second`)])
  return {
    name: `${2 * tools.length} intents (${name} split)`,
    tools: halves,
    training: training.map(split),
    test: test.map(split),
  }
}

const toolNamed = (name: string): LinearTool => ({ name, description: name.replaceAll('_', ' ') })
