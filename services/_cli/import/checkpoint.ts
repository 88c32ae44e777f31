import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { Fault } from '#runtime/core/faults.ts'

const checkpointSchema = z.strictObject({ agent: z.string(), kind: z.string(), rows: z.int().min(0) })
type ImportTarget = Omit<z.infer<typeof checkpointSchema>, 'rows'>

/** How far an import of a file has come, kept beside it in FILE.place until it has ended. */
export type ImportCheckpoint = {
  /** Rows that ingest has acknowledged, 0 for a fresh start. FLY_USAGE when there is no place, or one of another import. */
  readonly load: () => number
  readonly save: (rows: number) => void
  readonly remove: () => void
}

export function openCheckpoint(path: string, whose: ImportTarget): ImportCheckpoint {
  const file = `${path}.place`
  return {
    load() {
      const kept = checkpointSchema.safeParse(readJson(file)).data
      if (!kept) throw new Fault('FLY_USAGE', `${file}: no place to go on from; leave out --resume`)
      if (kept.agent !== whose.agent || kept.kind !== whose.kind)
        throw new Fault('FLY_USAGE', `${file} is of --agent ${kept.agent} --kind ${kept.kind}: leave out --resume`)
      return kept.rows
    },
    save(rows) {
      try {
        writeFileSync(`${file}.new`, JSON.stringify({ ...whose, rows }))
        renameSync(`${file}.new`, file)
      } catch (error) {
        throw new Fault(
          'FLY_USAGE',
          `${file} keeps the place for --resume and cannot be written: move the file`,
          {},
          error,
        )
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
