import { boundedChanges } from '#runtime/state/bounded-collection.ts'
import type { StateChange, StateView } from '#runtime/state/state.ts'
import type { ArmCount, ArmWeight, StratumCount } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { Outbound } from '#topology/types.ts'
import { collections, limits } from './state.ts'

/** Turns between two counts. */
export const countEvery = 500

/** What a stratum gains: a turn at arrival, a pick or an arm's draw then or later. Uncertainty and expectations are sums. */
export type StratumIncrement = {
  readonly tool: string
  readonly turns: number
  readonly picks: number
  readonly uncertainty: number
  /** Probabilities at arrival; those of ranked arms given that a turn contends, and 0 for the others: their sums are unbiased. */
  readonly expected: readonly ArmWeight[]
  readonly draws: readonly ArmWeight['arm'][]
}

/** The counts of a stratum since they were last told. */
export function addIncrement(before: StratumCount | undefined, gain: StratumIncrement): StratumCount {
  const { tool, turns, picks, uncertainty, arms } = before ?? {
    ...{ tool: gain.tool, turns: 0, picks: 0, uncertainty: 0, arms: [] },
  }
  const sums = new Map<ArmWeight['arm'], ArmCount>(arms.map(count => [count.arm, count]))
  const add = (arm: ArmWeight['arm'], expected: number, drawn: number): void => {
    const sum = sums.get(arm)
    sums.set(arm, { arm, expected: (sum?.expected ?? 0) + expected, picks: (sum?.picks ?? 0) + drawn })
  }
  for (const { arm, weight } of gain.expected) add(arm, weight, 0)
  for (const arm of gain.draws) add(arm, 0, 1)
  return {
    tool,
    turns: turns + gain.turns,
    picks: picks + gain.picks,
    uncertainty: uncertainty + gain.uncertainty,
    arms: [...sums.values()].toSorted((a, b) => (a.arm < b.arm ? -1 : 1)),
  }
}

/** Keeps the gain for the next count. */
export function tallyChanges(state: StateView, agent: string, gain: StratumIncrement): readonly StateChange[] {
  const { tallies } = collections(agent)
  const before = state.get<StratumCount>(tallies, gain.tool)
  return boundedChanges(state, tallies, limits.tallies, [[gain.tool, addIncrement(before, gain)]])
}

/** Counts a turn as it arrives; every `countEvery` turns it first tells what was counted before, and begins anew. */
export function countTurn(
  state: StateView,
  agent: string,
  number: number,
  gain: StratumIncrement,
): { readonly emit: readonly Outbound<'sampler'>[]; readonly stateChanges: readonly StateChange[] } {
  if (number === 0 || number % countEvery > 0) return { emit: [], stateChanges: tallyChanges(state, agent, gain) }
  const { tallies } = collections(agent)
  const strata = Array.from(state.entries<StratumCount>(tallies), ([, count]) => count)
  const turns = strata.reduce((sum, count) => sum + count.turns, 0)
  return {
    emit: [{ topic: topic.trafficCounts, event: { agent, turns, strata } }],
    stateChanges: [
      ...strata.map(({ tool }) => ({ collection: tallies, key: tool, value: null })),
      { collection: tallies, key: gain.tool, value: addIncrement(undefined, gain) },
    ],
  }
}
