import { vectorOf } from '#planners/linear/asked.ts'
import type { StateView } from '#runtime/state/state.ts'
import { type Interest, uncertaintyOf } from './arms.ts'
import type { Control } from './controller.ts'
import { highestCosine, indexOf, meanOfHighest } from './recall.ts'
import { type Collections, type Contender, type Decayed, decayed, type Picked, slotOf } from './state.ts'

/** Picks before the first planner's margins count for something: an untuned planner's are worse than chance. */
const coldPicks = 80
/** Similar turns that make up the density. */
const neighbours = 20
/** Fewer contenders tell nothing of density. */
const fewContenders = 100
const usualDensity = 0.3

/** What a turn is worth by what is remembered of the agent's turns and picks before it. */
export function interestOf(turn: Contender['turn'], control: Control, names: Collections, state: StateView): Interest {
  const vector = vectorOf(turn)
  const contenders = indexOf(state, names, 'contenders', control.contenders)
  const picked = indexOf(state, names, 'picked', control.picks)
  const nearest = picked.cosines(vector).reduce((highest, value) => Math.max(highest, value), 0)
  const newer = Array.from({ length: control.picks - picked.end }, (_none, at) =>
    state.get<Picked>(names.picked, slotOf('picked', picked.end + at)),
  )
  const newest = highestCosine(
    vector,
    newer.flatMap(pick => (pick ? [vectorOf(pick.turn)] : [])),
  )
  const cold = control.picks < coldPicks && turn.plan.planner === control.firstPlanner
  return {
    uncertainty: cold ? null : uncertaintyOf(turn.plan),
    novelty: Math.max(0, 1 - Math.max(nearest, newest)),
    density: contenders.size < fewContenders ? usualDensity : meanOfHighest(contenders.cosines(vector), neighbours),
    picks: decayed(state.get<Decayed>(names.tools, turn.plan.tool), control.picks),
  }
}
