/** Limits of the records in a batch. The first batch of a partition has the minimum, since the speed is not known yet. */
export const minBatchSize = 16
export const maxBatchSize = 2_000

/** Target time of a batch, to decide and commit it. A longer one makes larger transactions, a shorter one lowers the latency. */
export const targetBatchMs = 250

/**
 * How many records the next batch may have, after one of at most `size` had `records` records that took `milliseconds`. It is the
 * number that takes the target time at this speed, at most twice and at least half of `size`. After fewer records than it could have
 * had the size stays, unless these were already too slow: there were no more, so how many fit is not known.
 */
export function nextBatchSize(size: number, records: number, milliseconds: number): number {
  const fitting = (records * targetBatchMs) / Math.max(1, milliseconds)
  if (records < size && fitting >= records) return size
  return Math.round(Math.min(maxBatchSize, 2 * size, Math.max(minBatchSize, size / 2, fitting)))
}
