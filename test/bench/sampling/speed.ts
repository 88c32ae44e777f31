import { at } from '#runtime/core/checked.ts'
import { State } from '#runtime/state/state.ts'
import type { ChatLogged } from '#schemas/events.ts'
import type { Facts } from '#services/sampler/controller.ts'
import { decide } from '#services/sampler/decide.ts'
import { mulberry32 } from '#statistics/random.ts'
import { planOf, turnFields } from '#test/support/data/turns.ts'
import { topic } from '#topology/topic-names.ts'
import type { IntentDataset } from './data.ts'

/** Turns per transaction. */
const batch = 500
const warmUp = 5_000

/** CPU time in microseconds of one decision about a turn, with its change of state, when the state is full. */
export function decideMicroseconds({ training, tools }: IntentDataset, facts: Facts, turns: number): number {
  const random = mulberry32(1)
  const state = new State()
  const turnOf = (number: number): ChatLogged => {
    const row = at(training, Math.floor(random() * training.length))
    const margin = random()
    const plan = planOf(at(tools, row.tool).name, '', { margin, planner: `${Math.min(1, number)}` })
    const id = `turn${number}`
    return {
      ...{
        id,
        parents: [],
        at: number,
        agent: 'bench',
        conversationId: id,
        turn: 0,
        userId: null,
        question: row.question,
      },
      ...{ ...turnFields, plan, answer: null, latencyMs: 900, source: 'bench', redactions: [] },
    }
  }
  const run = (from: number, to: number): void => {
    for (let number = from; number < to; number++) {
      state.apply(decide({ topic: topic.chatLogs, event: turnOf(number) }, facts, state).stateChanges ?? [])
      if (number % batch === batch - 1) state.markCommitted()
    }
  }
  run(0, warmUp)
  const before = process.cpuUsage()
  run(warmUp, warmUp + turns)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / turns
}
