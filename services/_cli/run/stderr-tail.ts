import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { escapeControls } from '../output.ts'

/** What is kept of a stream: at most so many characters, and of those at most so many lines, each at most so long. */
const maxCharacters = 16_384
const maxLines = 10
const maxLineCharacters = 1_000

export type StderrTail = {
  /** The last lines, without control characters. */
  readonly lines: () => readonly string[]
  /** Resolves at the end of the stream. */
  readonly ended: Promise<void>
}

/** Copies the stderr of a process to another stream as it comes, and keeps its end. */
export function followStderr(stderr: Readable, target: Writable): StderrTail {
  let tail = ''
  stderr.setEncoding('utf8')
  stderr.on('data', (text: string) => {
    target.write(text)
    tail = (tail + text).slice(-maxCharacters)
  })
  return {
    lines: () =>
      tail
        .split('\n')
        .filter(line => line.trim() !== '')
        .slice(-maxLines)
        .map(line => escapeControls(line.slice(0, maxLineCharacters))),
    ended: once(stderr, 'close').then(() => {}),
  }
}
