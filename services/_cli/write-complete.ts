import { open, rename, rm } from 'node:fs/promises'
import { Fault } from '#runtime/core/faults.ts'

/**
 * Has a file written under another name, and gives it its name when it is complete; a file that had the name before stays until
 * then. FLY_USAGE where the file cannot be created, before anything is read.
 */
export async function writeComplete<T>(file: string, write: (part: string) => Promise<T>): Promise<T> {
  const part = `${file}.${process.pid}.part`
  await checkWritable(file, part)
  try {
    const written = await write(part)
    await rename(part, file)
    return written
  } finally {
    await rm(part, { force: true })
  }
}

async function checkWritable(file: string, part: string): Promise<void> {
  try {
    await (await open(part, 'wx')).close()
  } catch (error) {
    throw new Fault('FLY_USAGE', `${file} cannot be written: ${error instanceof Error ? error.message : error}`)
  }
}
