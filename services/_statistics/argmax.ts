import { Fault } from '#runtime/core/faults.ts'

/** The position of the largest value, the first of equal ones. FLY_BUG without values. */
export function argMax(values: ArrayLike<number>): number {
  let best = -1
  let highest = -Infinity
  for (let position = 0; position < values.length; position++) {
    // Within bounds by the loop's condition.
    const value = values[position] ?? 0
    if (best >= 0 && value <= highest) continue
    best = position
    highest = value
  }
  if (best < 0) throw new Fault('FLY_BUG', 'no value is the largest of none')
  return best
}
