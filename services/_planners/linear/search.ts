import { canonicalJson } from '#runtime/core/identity.ts'
import { putJson } from '#runtime/objects/object-store.ts'
import { withCurrentTools } from '../catalogue.ts'
import type { Searched, Tuning } from '../tuning.ts'
import { type LinearParts, loadManifest } from './load.ts'
import { untunedManifest } from './model/manifest.ts'
import { DEFAULT_PROMPT_SEARCH, searchPromptTask } from './prompt/prompt-search.ts'
import { toLinearRows } from './rows.ts'

/**
 * The prompt rung of the linear kind: edits the tool descriptions, in a worker thread. The candidate is descriptions only: adapter
 * and examples were made for other words, and this rung must stand by itself.
 */
export async function searchDescriptions(
  { basis, baseline, rows, seed }: Tuning,
  { objects, workerPool }: LinearParts,
  signal: AbortSignal,
): Promise<Searched> {
  const tools = withCurrentTools(basis.tools, (await loadManifest(objects, baseline)).tools)
  const found = await workerPool.run(
    searchPromptTask,
    [tools, toLinearRows(rows), { ...DEFAULT_PROMPT_SEARCH, seed }],
    signal,
  )
  const store = (descriptions: typeof tools) =>
    putJson(objects, canonicalJson(untunedManifest(basis.agent, descriptions)))
  if (found.outcome === 'tooFewRows')
    return { ...found, candidate: await store(tools), searchScore: 0, heldScore: 0, attempts: 0, usage: null }
  const { searchScore, heldScore, mutants } = found
  return {
    outcome: 'tuned',
    candidate: await store([...found.tools]),
    searchScore,
    heldScore,
    attempts: mutants,
    usage: null,
  }
}
