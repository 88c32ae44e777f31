import { splitFamilies } from '#planners/linear/split.ts'
import type { Agent } from './prepare.ts'

/** How the examples are consulted: how many of the nearest vote, and the weight of their vote. */
export type Use = { readonly neighbours: number; readonly weight: number }

export const MOST_NEIGHBOURS = 10
const NEIGHBOURS = [5, MOST_NEIGHBOURS]
const WEIGHTS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]

/** Fewer validation rows than this choose by chance. */
const ENOUGH = 20

/**
 * The use with the least Brier score, which is smoother than accuracy, when each row sees only examples of other families.
 * It is chosen on the families that the prompt search holds back: on the others tuned descriptions look better than they are,
 * and the examples' vote would get too little weight (two points of accuracy on BANKING77 with a tenth of labels wrong).
 */
export function chooseUse(agent: Agent): Use {
  const families = agent.rows.map(prepared => ({ prepared, family: prepared.row.family }))
  const { held } = splitFamilies(families, 0.25, 'prompt-search/v1')
  const judged = (held.length >= ENOUGH ? held : families).map(({ prepared }) => prepared)
  const uses = NEIGHBOURS.flatMap(neighbours => WEIGHTS.map(weight => ({ neighbours, weight })))
  const graded = uses.map(use => ({
    use,
    loss: judged.reduce((sum, row) => sum + agent.brier(row, row.near.slice(0, use.neighbours), use.weight), 0),
  }))
  const [first, ...rest] = graded
  const best = rest.reduce((least, grade) => (least !== undefined && grade.loss >= least.loss ? least : grade), first)
  return best?.use ?? { neighbours: MOST_NEIGHBOURS, weight: 0.5 }
}
