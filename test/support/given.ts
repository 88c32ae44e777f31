import { expect } from 'vitest'
import { State, type StateChange, type StateView } from '#runtime/state/state.ts'

/** The rule of a service, as the runtime calls it. */
type Decide<Record, Facts> = (
  record: Record,
  facts: Facts,
  state: StateView,
) => {
  readonly emit?: readonly { readonly topic: string; readonly event: object }[]
  readonly stateChanges?: readonly StateChange[]
  readonly objects?: readonly Uint8Array[]
}

/** What one or several records led to. */
type Outcome<Record, Facts> = {
  /** Events emitted, all topics, in order; each matches what is given for it (`toMatchObject`). */
  readonly then: (events: readonly object[], changes?: readonly StateChange[]) => Outcome<Record, Facts>
  /** The next record, on the state that those before left. */
  readonly when: (record: Record, facts: Facts) => Outcome<Record, Facts>
  /** The next records, each on the state that those before left. */
  readonly whenEach: (records: readonly Record[], facts: Facts) => Outcome<Record, Facts>
  readonly events: readonly object[]
  readonly changes: readonly StateChange[]
  readonly objects: readonly Uint8Array[]
  readonly state: State
}

/**
 * Tests of a `decide` as specifications: `given(decide, state).when(record, facts).then(events, changes)`. `given` takes the
 * changes that the earlier history left, or a state. `then` checks what came since the last `then`; leave `changes` out where
 * they are not the point. Expected values are plain data: no conditional inside.
 */
export function given<Record, Facts>(
  decide: Decide<Record, Facts>,
  before: readonly StateChange[] | State = [],
): Pick<Outcome<Record, Facts>, 'when' | 'whenEach'> {
  const state = before instanceof State ? before : new State()
  if (!(before instanceof State)) state.apply(before)
  return outcome(decide, state, [], [], [])
}

function outcome<Record, Facts>(
  decide: Decide<Record, Facts>,
  state: State,
  events: readonly object[],
  changes: readonly StateChange[],
  objects: readonly Uint8Array[],
): Outcome<Record, Facts> {
  return {
    events,
    changes,
    objects,
    state,
    when(record, facts) {
      const decision = decide(record, facts, state)
      const { emit = [], stateChanges = [] } = decision
      state.apply(stateChanges)
      return outcome(
        decide,
        state,
        [...events, ...emit.map(({ event }) => event)],
        [...changes, ...stateChanges],
        [...objects, ...(decision.objects ?? [])],
      )
    },
    whenEach(records, facts) {
      return records.reduce<Outcome<Record, Facts>>(
        (before, record) => before.when(record, facts),
        outcome(decide, state, events, changes, objects),
      )
    },
    then(expected, expectedChanges) {
      expect(events).toMatchObject(expected)
      if (expectedChanges !== undefined) expect(changes).toEqual(expectedChanges)
      return outcome(decide, state, [], [], [])
    },
  }
}
