/** Records of a batch at least and at most; the first of a task is small, since nothing is known of its records yet. */
export const minBatchSize = 16
export const maxBatchSize = 2_000

/** How long a batch is to take, from its records to its commit: long enough for a large transaction, short enough to be seen soon. */
const targetBatchMs = 250

/**
 * How many records to take next. `size` were asked for last, `records` came and took so long. The answer is what fits into
 * the aim at that speed, at most twice as many and at least half as many as before; where there were fewer than asked for, the
 * log has no more, and what fits is not known.
 */
export function nextBatchSize(size: number, records: number, milliseconds: number): number {
  const fitting = (records * targetBatchMs) / Math.max(1, milliseconds)
  if (records < size && fitting >= records) return size
  return Math.round(Math.min(maxBatchSize, 2 * size, Math.max(minBatchSize, size / 2, fitting)))
}
