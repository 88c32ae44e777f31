import { httpError, type Problem, problemOf } from '#runtime/http/error.ts'
import { type Line, maxLineBytes } from './lines.ts'
import { empty } from './records.ts'

/** Lines that are appended together, at most, and their bytes: what a stream holds in memory. */
const batch = { lines: 500, bytes: 1024 * 1024 } as const
/** Refused lines that are named. */
export const maxProblems = 100

export type Receipt = {
  readonly accepted: number
  readonly duplicates: number
  readonly refused: number
  /** The first refused lines. */
  readonly problems: readonly (Problem & { readonly line: number })[]
}

/**
 * Takes a stream line by line: `read` throws what is refused, `take` appends and answers how many were new. A line that is
 * refused does not hold up the others; the next lines are read when the last batch is durable. Throws HttpError 400
 * when there is no line at all, and what `take` throws: the lines before may be in the log then.
 */
export async function takeLines<E>(
  lines: AsyncIterable<Line>,
  read: (bytes: Buffer) => E,
  take: (events: readonly E[]) => Promise<number>,
): Promise<Receipt> {
  const sum = { accepted: 0, duplicates: 0, refused: 0 }
  const problems: (Problem & { line: number })[] = []
  let events: E[] = []
  let held = 0
  const flush = async (): Promise<void> => {
    const accepted = await take(events)
    sum.accepted += accepted
    sum.duplicates += events.length - accepted
    events = []
    held = 0
  }
  for await (const { number, bytes } of lines) {
    try {
      if (!bytes) throw httpError(413, 'too_large', `longer than ${maxLineBytes} bytes: shorten it`)
      events.push(read(bytes))
      held += bytes.length
    } catch (error) {
      const refusal = problemOf(error)
      if (!refusal) throw error
      sum.refused++
      if (problems.length < maxProblems) problems.push({ line: number, ...refusal.problem })
    }
    if (events.length >= batch.lines || held >= batch.bytes) await flush()
  }
  if (events.length > 0) await flush()
  if (sum.accepted + sum.duplicates + sum.refused === 0) throw empty()
  return { ...sum, problems }
}
