import { workerTask } from '#runtime/core/worker-task.ts'
import type { Neighbour } from '#text/nearest.ts'
import { decodeAdapter } from '../model/adapter-file.ts'
import { chooseRetrieval } from '../model/choose-retrieval.ts'
import type { GoldenExample } from '../model/example-index.ts'
import { exampleVectors } from '../model/example-vectors.ts'
import type { LinearManifest, RetrievalSettings } from '../model/manifest.ts'
import { splitForPromptSearch } from '../model/split-families.ts'
import { createPlannerUnderTest, type PlannerUnderTest, type ScoredGoldRow } from './planner-under-test.ts'

export type Proof = {
  /** Ids of the examples that make the planner right on their own row and do not harm the rows near them. */
  readonly admitted: readonly string[]
  /** Vectors of the admitted for an index, in the same order. */
  readonly vectors: readonly Float32Array[]
  readonly retrieval: RetrievalSettings
  /** Rows that the planner gets right without examples. */
  readonly unaided: number
  readonly refused: number
}

const MAX_NEIGHBOURS = 10
const RETRIEVAL_CANDIDATES = [5, MAX_NEIGHBOURS].flatMap(neighbours =>
  [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map(weight => ({ neighbours, weight })),
)
/** With fewer validation rows the choice would be chance. */
const MIN_VALIDATION_ROWS = 20
/** An example is tried alone with its row's neighbours, then with more and more of the nearest of its tool. */
const MAX_ATTEMPTS = 6
/** An example may turn one row wrong: refusing on that costs half a point of accuracy on BANKING77. */
const TOLERATED_HARM = 1
/** The gold rows trained the adapter, so they cannot tell how much weight examples need beside it: a small one. */
const RETRIEVAL_WITH_ADAPTER: RetrievalSettings = { neighbours: MAX_NEIGHBOURS, weight: 0.3 }

/**
 * The trajectory rung: proves each gold row as an example by planning again with it. The example must make the planner right on
 * the row itself; and of the rows of other families that would retrieve it, at most TOLERATED_HARM more may turn wrong than right,
 * each planned with all its neighbours, once with the example and once without. `adapter` holds safetensors bytes.
 */
export function prove(manifest: LinearManifest, adapter: Uint8Array | null, gold: readonly GoldenExample[]): Proof {
  const decoded = adapter === null ? null : decodeAdapter(adapter)
  const planner = createPlannerUnderTest(manifest, decoded, gold, MAX_NEIGHBOURS + MAX_ATTEMPTS)
  const { neighbours, weight } =
    decoded === null ? chooseByValidation(planner) : (manifest.examples ?? RETRIEVAL_WITH_ADAPTER)
  const retrieval = { neighbours, weight }
  const harm = harmOfExamples(planner, retrieval)
  const admitted = planner.rows.filter(
    scored => becomesRight(planner, scored, retrieval) && (harm.get(scored.row.id) ?? 0) <= TOLERATED_HARM,
  )
  return {
    admitted: admitted.map(({ row }) => row.id),
    vectors: exampleVectors(admitted.map(({ row }) => row)),
    retrieval,
    unaided: planner.rows.filter(scored => planner.isRightWith(scored, [], 0)).length,
    refused: planner.rows.length - admitted.length,
  }
}

/**
 * How the examples vote, chosen on the families that the prompt search held back: on the others the examples' vote would get too little weight (two
 * points of accuracy on BANKING77 with a tenth of the labels wrong).
 */
export function chooseByValidation({
  rows,
  positions,
}: Pick<PlannerUnderTest, 'rows' | 'positions'>): RetrievalSettings {
  const { held } = splitForPromptSearch(rows.map(scored => ({ ...scored, family: scored.row.family })))
  return chooseRetrieval(held.length >= MIN_VALIDATION_ROWS ? held : rows, RETRIEVAL_CANDIDATES, positions)
}

function becomesRight(
  { isRightWith }: PlannerUnderTest,
  scored: ScoredGoldRow,
  { neighbours, weight }: RetrievalSettings,
): boolean {
  const { row, near } = scored
  if (isRightWith(scored, [], 0)) return true
  const itself: Neighbour = { id: row.id, tool: row.tool, similarity: 1 }
  const retrieved = near.slice(0, neighbours)
  const more = near.slice(neighbours).filter(({ tool }) => tool === row.tool)
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++)
    if (isRightWith(scored, [itself, ...retrieved, ...more.slice(0, attempt)], weight)) return true
  return false
}

/** For each example, how many rows that retrieve it turn wrong by it minus how many turn right. */
function harmOfExamples(
  { rows, isRightWith }: PlannerUnderTest,
  { neighbours, weight }: RetrievalSettings,
): ReadonlyMap<string, number> {
  const harm = new Map<string, number>()
  for (const scored of rows) {
    const retrieved = scored.near.slice(0, neighbours)
    const isRight = isRightWith(scored, retrieved, weight)
    for (const { id } of retrieved) {
      const others = scored.near.filter(neighbour => neighbour.id !== id).slice(0, neighbours)
      const change = Number(isRightWith(scored, others, weight)) - Number(isRight)
      harm.set(id, (harm.get(id) ?? 0) + change)
    }
  }
  return harm
}

/** For a worker thread. */
export const proveTask = workerTask(import.meta.url, prove)
