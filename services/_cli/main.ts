#!/usr/bin/env node
import { describeError } from '#runtime/core/describe-error.ts'
import { stopOnSignal } from '#runtime/host/stop-on-signal.ts'
import { createProgram } from './program.ts'

/** In ms: longer than the services that a command starts may take to stop. */
const stopWithinMs = 15_000
const shutdown = stopOnSignal(stopWithinMs, () => [process.argv.slice(2).join(' ')])

// A reader of stdout that closes the pipe early, such as head, is not an error.
process.stdout.on('error', error => {
  if ('code' in error && error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  await createProgram(shutdown.signal).parseAsync()
} catch (error) {
  if (!shutdown.signal.aborted) {
    process.exitCode = 1
    process.stderr.write(`${describeError(error)}\n`)
  }
}
