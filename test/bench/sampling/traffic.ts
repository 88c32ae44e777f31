import { State } from '#runtime/state/state.ts'
import type { Facts } from '#services/sampler/controller.ts'
import { mulberry32 } from '#statistics/random.ts'
import { simulated } from '#test/unit/services/sampler/simulated-stream.ts'
import { selections } from '#test/unit/services/sampler/stream.ts'

const windows = (24 * 60) / 5
/** Five-minute windows of the burst, which has ten times the turns. */
const burst = { from: 120, to: 132, times: 10 }
/** Windows with fewer expected picks say more about random variation than about the controller. */
const minDuePicks = 10

export type DayResult = {
  readonly turns: number
  /** Picks of the day divided by its budget. */
  readonly ratio: number
  /** The largest such ratio of any five minutes in which at least ten picks were due. */
  readonly worstWindow: number
}

/** A day with `usual` turns per five minutes, and one hour of ten times as many; feedback arrives with its turn. */
export function simulateDay(usual: number, facts: Facts, seed: number): DayResult {
  const random = mulberry32(seed)
  const sizes = Array.from({ length: windows }, (_none, at) =>
    Math.round(usual * (at >= burst.from && at < burst.to ? burst.times : 1) * (0.8 + 0.4 * random())),
  )
  const turns = sizes.reduce((sum, size) => sum + size, 0)
  const { stream } = simulated(seed, turns)
  const state = new State()
  let at = 0
  let picks = 0
  let worstWindow = 0
  for (const size of sizes) {
    const from = at
    for (let seen = 0; at < stream.length && (seen < size || stream[at]?.topic !== stream[0]?.topic); at++)
      seen += Number(stream[at]?.topic === stream[0]?.topic)
    const picked = selections(stream.slice(from, at), facts, state).length
    const due = size * facts.sampleShare
    picks += picked
    if (due >= minDuePicks) worstWindow = Math.max(worstWindow, picked / due)
  }
  return { turns, ratio: picks / (turns * facts.sampleShare), worstWindow }
}
