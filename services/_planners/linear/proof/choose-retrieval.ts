import { splitFamilies } from '../model/split-families.ts'
import type { PlannerUnderTest } from './planner-under-test.ts'

/** How the examples are consulted: how many of the nearest vote, and the weight of their vote. */
export type RetrievalSettings = { readonly neighbours: number; readonly weight: number }

export const MAX_NEIGHBOURS = 10
const NEIGHBOUR_CANDIDATES = [5, MAX_NEIGHBOURS]
const WEIGHT_CANDIDATES = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]

/** Fewer validation rows than this choose by chance. */
const MIN_VALIDATION_ROWS = 20

/**
 * The use with the least Brier score, which is smoother than accuracy, when each row sees only examples of other families.
 * It is chosen on the families that the prompt search holds back: on the others tuned descriptions look better than they are,
 * and the examples' vote would get too little weight (two points of accuracy on BANKING77 with a tenth of labels wrong).
 */
export function chooseRetrieval(agent: PlannerUnderTest): RetrievalSettings {
  const families = agent.rows.map(prepared => ({ prepared, family: prepared.row.family }))
  const { held } = splitFamilies(families, 0.25, 'prompt-search/v1')
  const judged = (held.length >= MIN_VALIDATION_ROWS ? held : families).map(({ prepared }) => prepared)
  const uses = NEIGHBOUR_CANDIDATES.flatMap(neighbours => WEIGHT_CANDIDATES.map(weight => ({ neighbours, weight })))
  const graded = uses.map(use => ({
    use,
    loss: judged.reduce((sum, row) => sum + agent.brier(row, row.near.slice(0, use.neighbours), use.weight), 0),
  }))
  const [first, ...rest] = graded
  const best = rest.reduce((least, grade) => (least !== undefined && grade.loss >= least.loss ? least : grade), first)
  return best?.use ?? { neighbours: MAX_NEIGHBOURS, weight: 0.5 }
}
