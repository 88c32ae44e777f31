import { hashFraction } from '#runtime/core/identity.ts'
import type { Dataset, DatasetRow, EvaluationSet } from '#schemas/objects.ts'
import { toolOf, toolsOf } from '#schemas/turns.ts'
import { isHeldOut } from '#text/families.ts'
import { indexNearDuplicates } from '#text/near-duplicates.ts'
import { normaliseText } from '#text/normalise.ts'
import type { CandidateRow } from './candidates.ts'
import { questionOf } from './question.ts'
import { selectRows } from './select-rows.ts'
import type { ToolErrorCounts } from './state.ts'

export type DatasetInput = {
  readonly agent: string
  readonly version: number
  readonly candidates: readonly CandidateRow[]
  /** Names of the tools in the catalogue. */
  readonly tools: readonly string[]
  readonly evaluationShare: number
  readonly syntheticShare: number
  /** Graded plans per tool. */
  readonly errors: ReadonlyMap<string, ToolErrorCounts>
  /** The most training rows; from more, rows are selected. */
  readonly maxRows: number
}

/** How many rows each rule dropped. */
export type DropCounts = {
  readonly uncatalogued: number
  readonly late: number
  readonly contradicting: number
  readonly leaking: number
  readonly collapsed: number
  readonly capped: number
  readonly unpicked: number
}

const dropReasons: Record<keyof DropCounts, string> = {
  uncatalogued: 'their tool is not in the catalogue',
  late: 'held out for evaluation, and not known to be selected at arrival',
  contradicting: 'an equal question has another tool',
  leaking: 'near-duplicates of evaluation rows',
  collapsed: 'near-duplicates inside their tool',
  capped: 'over the synthetic share of their tool',
  unpicked: 'over the maximum of a dataset',
}

/** One sentence per rule, also for those that dropped none. */
export function describeDrops(dropped: DropCounts): string[] {
  return Object.entries(dropReasons).map(([rule, why]) => `${dropped[rule as keyof DropCounts]} rows dropped: ${why}`)
}

export type BuiltDatasets = {
  readonly dataset: Dataset
  readonly evaluation: EvaluationSet
  readonly dropped: DropCounts
}

/** Builds the training and the evaluation set. Rows are sorted by id, so that equal content has an equal digest. */
export function buildDataset(input: DatasetInput): BuiltDatasets {
  const { agent, version, candidates, evaluationShare, syntheticShare, errors, maxRows } = input
  const tools = new Set(input.tools)
  const known = candidates.filter(({ row }) => row.calls.every(({ tool }) => tools.has(tool)))
  const weighable = known.filter(
    ({ row, isEstimationRow }) => isEstimationRow || !isHeldOut(row.family, evaluationShare),
  )
  const agreeing = removeContradictions(weighable)
  const evaluation = agreeing.filter(row => !row.synthetic && isHeldOut(row.family, evaluationShare)).sort(compareIds)
  const all = agreeing.filter(row => !isHeldOut(row.family, evaluationShare))
  const clean = removeLeaks(all, evaluation)
  const distinct = removeNearDuplicates(clean)
  const capped = capSynthetic(distinct, syntheticShare)
  const rows = selectRows(capped, errors, maxRows)
  return {
    dataset: { format: 2, agent, version, rows: rows.toSorted(compareIds) },
    evaluation: { format: 2, agent, rows: evaluation },
    dropped: {
      uncatalogued: candidates.length - known.length,
      late: known.length - weighable.length,
      contradicting: weighable.length - agreeing.length,
      leaking: all.length - clean.length,
      collapsed: clean.length - distinct.length,
      capped: distinct.length - capped.length,
      unpicked: capped.length - rows.length,
    },
  }
}

/**
 * Of rows with equal messages before the step and different tools, the tools with the most gold rows is kept, on a tie the most recent
 * one. Variants of a dropped gold row are dropped too.
 */
export function removeContradictions(candidates: readonly CandidateRow[]): DatasetRow[] {
  const groups = Map.groupBy(candidates, ({ row }) => inputKey(row))
  const refused = new Set<string>()
  for (const group of groups.values()) {
    const byTool = Map.groupBy(group, ({ row }) => toolsOf(row.calls))
    if (byTool.size === 1) continue
    const strength = (rows: readonly CandidateRow[]) => ({
      gold: rows.filter(({ row }) => !row.synthetic).length,
      newest: Math.max(...rows.map(({ at }) => at)),
    })
    const ranked = [...byTool.entries()]
      .map(([tools, rows]) => ({ tools, ...strength(rows) }))
      .sort((a, b) => b.gold - a.gold || b.newest - a.newest || (a.tools < b.tools ? -1 : 1))
    for (const { row } of group) if (toolsOf(row.calls) !== ranked[0]?.tools) refused.add(row.id)
  }
  return candidates.filter(({ row, sampleId }) => !refused.has(row.id) && !refused.has(sampleId)).map(({ row }) => row)
}

/** Equal for rows with the same messages before the step, whatever their case and spaces. */
const inputKey = ({ messages }: DatasetRow): string =>
  messages.map(({ text, calls }) => `${normaliseText(text)} ${JSON.stringify(calls)}`).join('\n')

/** Equal for rows that ask after the same calls: a later step of a turn is no near-duplicate of its first. */
const madeCalls = ({ messages }: DatasetRow): string =>
  JSON.stringify(messages.slice(messages.findLastIndex(({ role }) => role === 'user')).map(({ calls }) => calls))

/** Drops training rows whose question is that of an evaluation row, whatever the earlier turns, or a near-duplicate of one. */
function removeLeaks(rows: readonly DatasetRow[], evaluation: readonly DatasetRow[]): readonly DatasetRow[] {
  const texts = new Set(evaluation.map(row => normaliseText(questionOf(row).question)))
  const nearDuplicates = indexNearDuplicates(evaluation.map(questionOf))
  return rows.filter(row => {
    const question = questionOf(row)
    return !texts.has(normaliseText(question.question)) && nearDuplicates(question).length === 0
  })
}

/** Keeps one row of each group of near-duplicates inside a tool: gold before synthetic, then the smallest id. */
function removeNearDuplicates(rows: readonly DatasetRow[]): readonly DatasetRow[] {
  return [...Map.groupBy(rows, row => `${toolsOf(row.calls)}/${madeCalls(row)}`).values()].flatMap(group => {
    const ordered = group.toSorted((a, b) => Number(a.synthetic) - Number(b.synthetic) || compareIds(a, b))
    const nearDuplicates = indexNearDuplicates(ordered.map(questionOf))
    const kept = new Set<number>()
    ordered.forEach((row, position) => {
      if (!nearDuplicates(questionOf(row)).some(other => kept.has(other))) kept.add(position)
    })
    return ordered.filter((_, position) => kept.has(position))
  })
}

/** At most `share` of each tool's rows are synthetic. Which of them are kept depends on the hashes of their ids. */
function capSynthetic(rows: readonly DatasetRow[], share: number): readonly DatasetRow[] {
  if (share >= 1) return rows
  return [...Map.groupBy(rows, row => toolOf(row.calls)).values()].flatMap(group => {
    const gold = group.filter(row => !row.synthetic)
    const synthetic = group
      .filter(row => row.synthetic)
      .map(row => ({ row, order: hashFraction('synthetic/v1', row.id) }))
      .sort((a, b) => a.order - b.order)
    const most = Math.floor((gold.length * share) / (1 - share))
    return [...gold, ...synthetic.slice(0, most).map(({ row }) => row)]
  })
}

function compareIds(left: { readonly id: string }, right: { readonly id: string }): number {
  return left.id < right.id ? -1 : 1
}
