import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { Fault } from '../core/faults.ts'
import { canonicalJson } from '../core/identity.ts'

/** A file of JSON lines. */
export type LineFile = {
  readonly write: (value: unknown) => Promise<void>
  /** Closes the file and returns its SHA-256, once it is on the disk. */
  readonly close: () => Promise<string>
}

/** The files of one run. A replay writes nothing else. */
export type RunFolder = {
  readonly path: string
  readonly outputs: LineFile
  readonly diff: LineFile
  /** Writes the receipt, completely or not at all: a run is finished when it has a receipt. */
  readonly finish: (receipt: object) => Promise<void>
  /** Deletes the folder. */
  readonly remove: () => Promise<void>
}

/** Creates `HOME/replays/RUN`. FLY_USAGE when RUN is not a plain name, or exists. */
export async function createRunFolder(home: string, run: string): Promise<RunFolder> {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(run))
    throw new Fault('FLY_USAGE', `--as ${run.slice(0, 80)}: give a plain name of letters, digits, . _ and -`)
  const path = join(home, 'replays', run)
  await mkdir(join(home, 'replays'), { recursive: true })
  await mkdir(path).catch(error => {
    if (error.code !== 'EEXIST') throw error
    throw new Fault('FLY_USAGE', `--as ${run}: ${path} exists already: give another name, or delete it`)
  })
  const files = [createLineFile(join(path, 'outputs.ndjson')), createLineFile(join(path, 'diff.ndjson'))] as const
  const [outputs, diff] = files
  return {
    ...{ path, outputs, diff },
    async finish(receipt) {
      const file = join(path, 'receipt.json')
      await writeFile(`${file}.part`, `${JSON.stringify(receipt, null, 2)}\n`, { flush: true })
      await rename(`${file}.part`, file)
    },
    async remove() {
      await Promise.allSettled(files.map(file => file.close()))
      await rm(path, { recursive: true, force: true })
    },
  }
}

function createLineFile(path: string): LineFile {
  const file = createWriteStream(path, { flush: true })
  const hash = createHash('sha256')
  const ended = finished(file)
  // Awaited by `close`; until then a rejection must not be reported as unhandled.
  ended.catch(() => {})
  return {
    async write(value) {
      const line = `${canonicalJson(value)}\n`
      hash.update(line)
      if (!file.write(line)) await Promise.race([once(file, 'drain'), ended])
    },
    async close() {
      file.end()
      await ended
      return hash.digest('hex')
    },
  }
}
