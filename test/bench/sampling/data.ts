import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { LinearTool } from '#planners/linear/model/manifest.ts'
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
  const read = (file: string): { text: string; category: string }[] =>
    parse(readFileSync(join(directory, `${file}.csv`)), { columns: true })
  const [training, test] = [read('train'), read('test')]
  const names = [...new Set(training.map(({ category }) => category))].sort()
  const position = new Map(names.map((name, at) => [name, at]))
  const rows = (some: typeof training, prefix: string): IntentRow[] =>
    some.map(({ text, category }, at) => ({
      id: `${prefix}${at}`,
      question: text,
      vector: featurize(text),
      tool: position.get(category) ?? 0,
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
      questions.tools.map((_tool, at) => at),
      random,
    ).map((tool, at) => [tool, at]),
  )
  const least = 12
  const training = questions.tools.flatMap((_tool, tool) => {
    const rows = questions.training.filter(row => row.tool === tool)
    const keep = Math.max(least, Math.round(rows.length / (1 + (rank.get(tool) ?? 0) / 8)))
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
    const far = (from: SparseVector | undefined): SparseVector | undefined =>
      from && vectors.reduce((a, b) => (dot(a, from) <= dot(b, from) ? a : b))
    const one = far(vectors[0])
    return [one, far(one)] as const
  })
  const split = (row: IntentRow): IntentRow => {
    const [one, other] = seeds[row.tool] ?? []
    const second = one && other && dot(row.vector, other) > dot(row.vector, one)
    return { ...row, tool: 2 * row.tool + Number(second ?? false) }
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
