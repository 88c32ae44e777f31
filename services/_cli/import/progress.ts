import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { Fault } from '#runtime/core/faults.ts'

const savedSchema = z.strictObject({ agent: z.string(), kind: z.string(), rows: z.int().min(0) })
type ImportTarget = Omit<z.infer<typeof savedSchema>, 'rows'>

/** How far an import of a file is: kept beside it in FILE.place until the import has ended. */
export type SavedProgress = {
  /** Rows that ingest has acknowledged. FLY_USAGE when nothing is saved, or the saved import has another target. */
  readonly load: () => number
  readonly save: (rows: number) => void
  readonly remove: () => void
}

export function savedProgressOf(path: string, target: ImportTarget): SavedProgress {
  const file = `${path}.place`
  return {
    load() {
      const saved = savedSchema.safeParse(readJson(file)).data
      if (!saved) throw new Fault('FLY_USAGE', `${file}: no saved progress; leave out --resume`)
      if (saved.agent !== target.agent || saved.kind !== target.kind)
        throw new Fault('FLY_USAGE', `${file} is of --agent ${saved.agent} --kind ${saved.kind}: leave out --resume`)
      return saved.rows
    },
    save(rows) {
      try {
        writeFileSync(`${file}.new`, JSON.stringify({ ...target, rows }))
        renameSync(`${file}.new`, file)
      } catch (error) {
        throw new Fault('FLY_USAGE', `${file}: cannot save progress for --resume; move the file`, {}, error)
      }
    },
    remove: () => rmSync(file, { force: true }),
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Shows progress on stderr: as a bar in a terminal, else as a line for each tenth. */
export type ProgressDisplay = {
  /** Rows checked before anything is sent, when the total is not known yet. */
  readonly showChecked: (rows: number) => void
  readonly showSent: (rows: number, total: number) => void
  /** Ends the bar, and prints a line where one is given. */
  readonly end: (text?: string) => void
}

const barWidth = 30
/** Shortest time between two drawings of the bar, in ms. */
const redrawMs = 100

export function createProgressDisplay(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>,
  now: () => number,
): ProgressDisplay {
  let lastDrawnAt: number | undefined
  let tenth = 0
  const draw = (text: string): void => {
    stream.write(`\r\u001b[2K${text}`)
    lastDrawnAt = now()
  }
  const isDue = (): boolean => lastDrawnAt === undefined || now() - lastDrawnAt >= redrawMs
  return {
    showChecked(rows) {
      if (stream.isTTY && isDue()) draw(`checking: ${formatCount(rows)} rows`)
    },
    showSent(rows, total) {
      if (stream.isTTY) {
        if (isDue() || rows === total) draw(bar(rows, total))
        return
      }
      const reached = Math.floor((10 * rows) / total)
      if (reached > tenth) stream.write(`sent ${formatCount(rows)} of ${formatCount(total)} rows\n`)
      tenth = Math.max(tenth, reached)
    },
    end(text) {
      if (lastDrawnAt !== undefined) stream.write('\n')
      if (text !== undefined) stream.write(`${text}\n`)
    },
  }
}

const formatCount = (value: number): string => value.toLocaleString('en')

function bar(rows: number, total: number): string {
  const full = Math.floor((barWidth * rows) / total)
  const percent = Math.floor((100 * rows) / total)
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] ${percent}%  ${formatCount(rows)} of ${formatCount(total)} rows`
}
