import { TimeSlice } from '../core/time-slice.ts'
import type { State } from './state.ts'

/** Entries of a state that are measured at most. */
const maxMeasured = 1_000

/**
 * Size of the committed entries as JSON, keys and values, in bytes. Where there are more than a thousand, every n-th in the order
 * of their writes is measured: keeping the size of each would cost memory, and measuring all of them time.
 */
export async function stateBytes(state: State): Promise<number> {
  const step = Math.max(1, Math.ceil(state.keyCount / maxMeasured))
  const slice = new TimeSlice()
  let entries = 0
  let measured = 0
  let bytes = 0
  for (const { key, value } of state.toChanges()) {
    if (entries++ % step !== 0) continue
    measured++
    bytes += Buffer.byteLength(key) + Buffer.byteLength(JSON.stringify(value))
    if (slice.isUsed) await slice.next()
  }
  return measured === 0 ? 0 : Math.round((bytes * entries) / measured)
}
