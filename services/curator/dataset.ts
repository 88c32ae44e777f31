import { hashFraction } from '#runtime/core/identity.ts'
import type { Dataset, DatasetRow, EvaluationSet } from '#schemas/objects.ts'
import { isHeldOut } from '#text/families.ts'
import type { SparseVector } from '#text/features.ts'
import { indexNearDuplicates } from '#text/near-duplicates.ts'
import { normaliseText } from '#text/normalise.ts'
import { questionVector } from '#text/question-vector.ts'
import type { CandidateRow } from './candidates.ts'
import { selectRows } from './select-rows.ts'
import type { ToolErrorCounts } from './state.ts'

/** More training rows than this are drawn from, not taken whole. */
export const MAX_ROWS = 15_000

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
  readonly maxRows?: number
}

/** Rows that each rule dropped. */
export type DropCounts = {
  readonly uncatalogued: number
  readonly contradicting: number
  readonly leaking: number
  readonly collapsed: number
  readonly capped: number
  readonly unpicked: number
}

const dropReasons: Record<keyof DropCounts, string> = {
  uncatalogued: 'their tool is not in the catalogue',
  contradicting: 'an equal question has another tool',
  leaking: 'near-duplicates of evaluation rows',
  collapsed: 'near-duplicates inside their tool',
  capped: 'over the synthetic share of their tool',
  unpicked: 'over the maximum of a dataset',
}

/** One sentence per rule, whether it dropped rows or not. */
export function describeDrops(dropped: DropCounts): string[] {
  return Object.entries(dropReasons).map(([rule, why]) => `${dropped[rule as keyof DropCounts]} rows dropped: ${why}`)
}

export type BuiltDatasets = {
  readonly dataset: Dataset
  readonly evaluation: EvaluationSet
  readonly dropped: DropCounts
}

type RowWithVector = { readonly row: DatasetRow; readonly vector: SparseVector }

/** Builds both sets. Rows are sorted by id, so that equal content has an equal digest. */
export function buildDataset(recipe: DatasetInput): BuiltDatasets {
  const { agent, version, candidates, evaluationShare, syntheticShare, errors, maxRows = MAX_ROWS } = recipe
  const tools = new Set(recipe.tools)
  const known = candidates.filter(({ row }) => tools.has(row.tool))
  const agreeing = removeContradictions(known)
  const evaluation = agreeing.filter(row => !row.synthetic && isHeldOut(row.family, evaluationShare)).sort(compareIds)
  const all = agreeing.filter(row => !isHeldOut(row.family, evaluationShare)).map(withVector)
  const clean = removeLeaks(all, evaluation)
  const distinct = removeNearDuplicates(clean)
  const capped = capSynthetic(distinct, syntheticShare)
  const rows = selectRows(capped, errors, maxRows)
  return {
    dataset: { format: 1, agent, version, rows: rows.map(({ row }) => row).sort(compareIds) },
    evaluation: { format: 1, agent, rows: evaluation },
    dropped: {
      uncatalogued: candidates.length - known.length,
      contradicting: known.length - agreeing.length,
      leaking: all.length - clean.length,
      collapsed: clean.length - distinct.length,
      capped: distinct.length - capped.length,
      unpicked: capped.length - rows.length,
    },
  }
}

/**
 * Equal questions (earlier turns included) with different tools: the tool with most gold rows stays, then the most recent
 * one. Variants of a gold row that goes, go with it.
 */
export function removeContradictions(candidates: readonly CandidateRow[]): DatasetRow[] {
  const groups = Map.groupBy(candidates, ({ row }) => [row.question, ...row.earlier].map(normaliseText).join('\n'))
  const refused = new Set<string>()
  for (const group of groups.values()) {
    const byTool = Map.groupBy(group, ({ row }) => row.tool)
    if (byTool.size === 1) continue
    const strength = (rows: readonly CandidateRow[]) => ({
      gold: rows.filter(({ row }) => !row.synthetic).length,
      newest: Math.max(...rows.map(({ at }) => at)),
    })
    const ranked = [...byTool.entries()]
      .map(([tool, rows]) => ({ tool, ...strength(rows) }))
      .sort((a, b) => b.gold - a.gold || b.newest - a.newest || (a.tool < b.tool ? -1 : 1))
    for (const { row } of group) if (row.tool !== ranked[0]?.tool) refused.add(row.id)
  }
  return candidates.filter(({ row, sampleId }) => !refused.has(row.id) && !refused.has(sampleId)).map(({ row }) => row)
}

/** No training question is (nearly) an evaluation question, whatever its family and context. */
function removeLeaks(rows: readonly RowWithVector[], evaluation: readonly DatasetRow[]): RowWithVector[] {
  const texts = new Set(evaluation.map(row => normaliseText(row.question)))
  const near = indexNearDuplicates(evaluation)
  return rows.filter(({ row }) => !texts.has(normaliseText(row.question)) && near(row).length === 0)
}

/** One row of each group of near-duplicates inside a tool: gold before synthetic, then the smallest id. */
function removeNearDuplicates(rows: readonly RowWithVector[]): RowWithVector[] {
  return [...Map.groupBy(rows, ({ row }) => row.tool).values()].flatMap(group => {
    const ordered = group.toSorted(
      (a, b) => Number(a.row.synthetic) - Number(b.row.synthetic) || compareIds(a.row, b.row),
    )
    const near = indexNearDuplicates(ordered.map(({ row }) => row))
    const kept = new Set<number>()
    ordered.forEach(({ row }, at) => {
      if (!near(row).some(other => kept.has(other))) kept.add(at)
    })
    return ordered.filter((_, at) => kept.has(at))
  })
}

/** At most `share` of each tool's rows are synthetic; which ones stay is drawn by their ids. */
function capSynthetic(rows: readonly RowWithVector[], share: number): RowWithVector[] {
  if (share >= 1) return [...rows]
  const kept: RowWithVector[] = []
  for (const group of Map.groupBy(rows, ({ row }) => row.tool).values()) {
    const gold = group.filter(({ row }) => !row.synthetic)
    const most = Math.floor((gold.length * share) / (1 - share))
    const drawn = group
      .filter(({ row }) => row.synthetic)
      .map(item => ({ item, order: hashFraction('synthetic/v1', item.row.id) }))
      .sort((a, b) => a.order - b.order)
    kept.push(...gold, ...drawn.slice(0, most).map(({ item }) => item))
  }
  return kept
}

function withVector(row: DatasetRow): RowWithVector {
  return { row, vector: questionVector(row) }
}

function compareIds(left: { readonly id: string }, right: { readonly id: string }): number {
  return left.id < right.id ? -1 : 1
}
