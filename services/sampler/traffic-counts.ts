import type { Decision } from '#runtime/service.ts'
import type { StateChange, StateView } from '#runtime/state/state.ts'
import type { ArmCount, ArmWeight, StratumCount } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import { type Collections, putChanges } from './state.ts'

/** Turns between two published counts. */
export const countEvery = 500

/** What one turn adds to the counts of its planned tool, at arrival or with a late outcome. Uncertainty and `expected` are summed. */
export type StratumIncrement = {
  readonly tool: string
  readonly turns: number
  readonly picks: number
  readonly uncertainty: number
  /** Probabilities at arrival. A ranked arm's is the one given that the turn is a contender, and 0 for other turns: the sums are unbiased. */
  readonly expected: readonly ArmWeight[]
  readonly draws: readonly ArmWeight['arm'][]
}

const emptyCount = (tool: string): StratumCount => ({ tool, turns: 0, picks: 0, uncertainty: 0, arms: [] })

export function addIncrement(before: StratumCount, increment: StratumIncrement): StratumCount {
  const sums = new Map<ArmWeight['arm'], ArmCount>(before.arms.map(count => [count.arm, count]))
  const add = (arm: ArmWeight['arm'], expected: number, picks: number): void => {
    const sum = sums.get(arm) ?? { arm, expected: 0, picks: 0 }
    sums.set(arm, { arm, expected: sum.expected + expected, picks: sum.picks + picks })
  }
  for (const { arm, weight } of increment.expected) add(arm, weight, 0)
  for (const arm of increment.draws) add(arm, 0, 1)
  return {
    tool: before.tool,
    turns: before.turns + increment.turns,
    picks: before.picks + increment.picks,
    uncertainty: before.uncertainty + increment.uncertainty,
    arms: [...sums.values()].toSorted((a, b) => (a.arm < b.arm ? -1 : 1)),
  }
}

/** Keeps an increment for the next published counts. */
export function tallyChanges(
  state: StateView,
  { tallies }: Collections,
  increment: StratumIncrement,
): readonly StateChange[] {
  const before = state.get<StratumCount>(tallies.name, increment.tool) ?? emptyCount(increment.tool)
  return putChanges(state, tallies, increment.tool, addIncrement(before, increment))
}

/** Counts a turn at its arrival. Every `countEvery` turns the counts before it are published first and start again from zero. */
export function countTurn(
  state: StateView,
  agent: string,
  names: Collections,
  number: number,
  increment: StratumIncrement,
): Required<Pick<Decision<'sampler'>, 'emit' | 'stateChanges'>> {
  if (number === 0 || number % countEvery > 0) return { emit: [], stateChanges: tallyChanges(state, names, increment) }
  const collection = names.tallies.name
  const strata = Array.from(state.entries<StratumCount>(collection), ([, count]) => count)
  const turns = strata.reduce((sum, count) => sum + count.turns, 0)
  const { tool } = increment
  return {
    emit: [{ topic: topic.trafficCounts, event: { agent, turns, strata } }],
    stateChanges: [
      ...strata.map(count => ({ collection, key: count.tool, value: null })),
      { collection, key: tool, value: addIncrement(emptyCount(tool), increment) },
    ],
  }
}
