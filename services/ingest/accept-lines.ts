import { splitLines } from '#runtime/core/lines.ts'
import { httpError, toHttpProblem } from '#runtime/http/error.ts'
import { emptyBodyError } from './records.ts'
import { maxProblems, type NdjsonResponse } from './responses.ts'

/** Longest line in bytes: more than any valid record has. */
export const maxLineBytes = 1024 * 1024
/** Most lines that are appended together, and their bytes: what a stream holds in memory. */
const batchLimits = { lines: 500, bytes: 1024 * 1024 } as const

/**
 * Accepts a stream line by line. `read` throws the refusal of a line, which does not stop the others. `append` returns how many
 * events were new, `onRefused` is called for each line that is not accepted; the next lines are read when it resolves. Throws HttpError 400 when there is no line at all, and what
 * `append` throws: the lines before may be in the log then.
 */
export async function acceptLines<E>(
  body: AsyncIterable<Buffer>,
  read: (bytes: Buffer) => E,
  append: (events: readonly E[]) => Promise<number>,
  onRefused: (error: unknown) => void,
): Promise<NdjsonResponse> {
  const sum = { accepted: 0, duplicates: 0, refused: 0 }
  const problems: NdjsonResponse['problems'] = []
  let events: E[] = []
  let heldBytes = 0
  const flush = async (): Promise<void> => {
    const accepted = await append(events)
    sum.accepted += accepted
    sum.duplicates += events.length - accepted
    events = []
    heldBytes = 0
  }
  for await (const { number, bytes } of splitLines(body, maxLineBytes)) {
    try {
      if (!bytes) throw httpError(413, 'too_large', `longer than ${maxLineBytes} bytes: shorten it`)
      events.push(read(bytes))
      heldBytes += bytes.length
    } catch (error) {
      const refusal = toHttpProblem(error)
      if (!refusal) throw error
      sum.refused++
      onRefused(error)
      if (problems.length < maxProblems) problems.push({ line: number, ...refusal.problem })
    }
    if (events.length >= batchLimits.lines || heldBytes >= batchLimits.bytes) await flush()
  }
  if (events.length > 0) await flush()
  if (sum.accepted + sum.duplicates + sum.refused === 0) throw emptyBodyError()
  return { ...sum, problems }
}
