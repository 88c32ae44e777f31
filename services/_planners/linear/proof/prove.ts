import { featurize } from '#text/features.ts'
import type { Neighbour } from '#text/nearest.ts'
import { denseProjection } from '#text/vectors.ts'
import { decodeAdapter } from '../model/adapter-file.ts'
import type { GoldenExample } from '../model/example-index.ts'
import type { LinearManifest } from '../model/manifest.ts'
import { chooseRetrieval, MAX_NEIGHBOURS, type RetrievalSettings } from './choose-retrieval.ts'
import { createPlannerUnderTest, type PlannerUnderTest, type ScoredGoldRow } from './planner-under-test.ts'

export type Proof = {
  /** Ids of the examples that help and harm no guard. */
  readonly admitted: readonly string[]
  /** Embeddings of the admitted, in the same order. */
  readonly vectors: readonly Float32Array[]
  readonly use: RetrievalSettings
  /** Rows that the agent answers right without examples. */
  readonly unaided: number
  readonly refused: number
}

/** What is shown to make the agent reach gold: the example itself, then more and more of its nearest of the same tool. */
const MAX_ATTEMPTS = 6
/** An example may turn one guard wrong: that is noise, and refusing on it costs half a point of accuracy on BANKING77. */
const TOLERATED_HARM = 1
/** An adapter has seen the gold rows, so they cannot tell how much its own word is worth: a cautious vote. */
const RETRIEVAL_WITH_ADAPTER: RetrievalSettings = { neighbours: MAX_NEIGHBOURS, weight: 0.3 }

/**
 * Proves each gold row as an example, by re-running the agent: shown the example, it must reach gold on the row itself;
 * and the rows of other families that would be shown the example (its guards) must not get worse by it, as they would
 * be served: with the vote of all their neighbours, with and without the example. `adapter` holds safetensors bytes.
 */
export function prove(manifest: LinearManifest, adapter: Uint8Array | null, gold: readonly GoldenExample[]): Proof {
  const agent = createPlannerUnderTest(
    manifest,
    adapter === null ? null : decodeAdapter(adapter),
    gold,
    MAX_NEIGHBOURS + MAX_ATTEMPTS,
  )
  const use = adapter === null ? chooseRetrieval(agent) : (manifest.examples ?? RETRIEVAL_WITH_ADAPTER)
  const harm = harmByExample(agent, use)
  const admitted = agent.rows.filter(
    prepared => reachesGold(agent, prepared, use) && (harm.get(prepared.row.id) ?? 0) <= TOLERATED_HARM,
  )
  return {
    admitted: admitted.map(({ row }) => row.id),
    vectors: admitted.map(({ row }) => denseProjection(featurize(row.question, row.earlier))),
    use: { neighbours: use.neighbours, weight: use.weight },
    unaided: agent.rows.filter(prepared => agent.rightWith(prepared, [], 0)).length,
    refused: agent.rows.length - admitted.length,
  }
}

function reachesGold(
  { rightWith }: PlannerUnderTest,
  prepared: ScoredGoldRow,
  { neighbours, weight }: RetrievalSettings,
): boolean {
  const { row, near } = prepared
  if (rightWith(prepared, [], 0)) return true
  const itself: Neighbour = { id: row.id, tool: row.tool, similarity: 1 }
  const retrieved = near.slice(0, neighbours)
  const more = near.slice(neighbours).filter(({ tool }) => tool === row.tool)
  for (let tries = 0; tries < MAX_ATTEMPTS; tries++)
    if (rightWith(prepared, [itself, ...retrieved, ...more.slice(0, tries)], weight)) return true
  return false
}

/** For each example, the guards it turns wrong minus those it turns right. */
function harmByExample(
  { rows, rightWith }: PlannerUnderTest,
  { neighbours, weight }: RetrievalSettings,
): ReadonlyMap<string, number> {
  const harm = new Map<string, number>()
  for (const guard of rows) {
    const shown = guard.near.slice(0, neighbours)
    const right = rightWith(guard, shown, weight)
    for (const { id } of shown) {
      const others = guard.near.filter(hit => hit.id !== id).slice(0, neighbours)
      const change = Number(rightWith(guard, others, weight)) - Number(right)
      harm.set(id, (harm.get(id) ?? 0) + change)
    }
  }
  return harm
}
