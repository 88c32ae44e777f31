/**
 * Poisson sampling to a budget: each turn is picked by itself with p = min(1, c w), and c follows the stream so that the
 * expected picks are `share` of the turns (Särndal, Swensson and Wretman, Model Assisted Survey Sampling, 3.5).
 */
export type Control = {
  /** Turns seen. */
  readonly turns: number
  /** Turns picked, corrections included. */
  readonly picks: number
  /** Running mean of the weight at arrival, without outcomes. */
  readonly mean: number
  /** Picks the budget allowed minus picks made; bounded, so that no burst starves or floods what follows. */
  readonly debt: number
}

export const initial: Control = { turns: 0, picks: 0, mean: 0, debt: 0 }

/** How a turn's weight becomes its probability; kept with a passed-over turn, so that a late outcome is judged alike. */
export type Scale = { readonly c: number; readonly floor: number }

/** Turns the running mean looks back on. */
const meanTurns = 500
/** A debt of this many picks multiplies c by e; one of the other sign divides it. */
const debtPicks = 16
const maxDebt = 3 * debtPicks
/** No turn has less than this share of the average probability: the anchor for unbiased estimates. */
const floorShare = 0.1

/** The control after seeing one more turn of weight `weight`, before it is known whether it is picked. */
export function seen(control: Control, weight: number, share: number): Control {
  const turns = control.turns + 1
  const mean = control.mean + (weight - control.mean) / Math.min(turns, meanTurns)
  return { ...control, turns, mean, debt: bounded(control.debt + share) }
}

export function spent(control: Control, picks: number): Control {
  return { ...control, picks: control.picks + picks, debt: bounded(control.debt - picks) }
}

/** A share above one half leaves little choice, so its floor rises: a share of 1 takes everything. */
export function scaleOf({ mean, debt }: Control, share: number): Scale {
  return { c: (share / mean) * Math.exp(debt / debtPicks), floor: Math.max(floorShare * share, 2 * share - 1) }
}

/** In (0, 1] for a share in (0, 1]. Never falls as the weight grows. */
export function probability(weight: number, { c, floor }: Scale): number {
  return Math.min(1, Math.max(floor, c * weight))
}

function bounded(debt: number): number {
  return Math.min(maxDebt, Math.max(-maxDebt, debt))
}
