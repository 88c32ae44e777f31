import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { isRequest, kafkaRequests } from '#test/support/kafka/request-numbers.ts'

/**
 * Commands that the harness sends to a worker. A worker imports this file first, because other modules take `Date.now` when they
 * are imported. `clock`: from now on the clock is off by so many milliseconds. `stopAt`: the process stops itself before it sends
 * its next Kafka request with that number, and prints `stopped`.
 */
export type WorkerCommand = { readonly clock: number } | { readonly stopAt: number }

const now = Date.now
let clockOffsetMs = 0
Date.now = () => now() + clockOffsetMs

let stopAt: number | undefined
const write = Socket.prototype.write
Socket.prototype.write = function (this: Socket, data: unknown, ...rest: unknown[]): boolean {
  if (stopAt !== undefined && isRequest(data, stopAt)) suspendBefore(data)
  return Reflect.apply(write, this, [data, ...rest])
} as typeof write

/** The last byte of the request that ends a transaction says whether it commits. */
function suspendBefore(request: Buffer): void {
  if (stopAt === kafkaRequests.endTransaction && request.at(-1) !== 1) return
  stopAt = undefined
  writeSync(1, 'stopped\n')
  process.kill(process.pid, 'SIGSTOP')
}

process.on('message', (command: WorkerCommand) => {
  if ('clock' in command) clockOffsetMs = command.clock
  else stopAt = command.stopAt
})
// The harness sends SIGUSR2 when a worker does not end: print what keeps it alive.
process.on('SIGUSR2', () => writeSync(2, `still alive: ${process.getActiveResourcesInfo().join(', ')}\n`))
// The harness is gone.
process.on('disconnect', () => process.exit(1))
