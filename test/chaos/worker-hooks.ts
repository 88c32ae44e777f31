import { writeSync } from 'node:fs'
import { Socket } from 'node:net'

/**
 * What the harness may do inside of a worker; imported before all else, since clocks are taken at import. `clock`: the clock
 * is so many milliseconds off from now on. `stopAt`: the process stops itself just before it sends its next request of that
 * number in Kafka's protocol, and says `stopped` on standard output.
 */
export type WorkerCommand = { readonly clock: number } | { readonly stopAt: number }

/** Requests of a transaction, by their number in Kafka's protocol. */
export const kafkaRequests = { produce: 0, endTransaction: 26, commitOffsets: 28 } as const

const now = Date.now
let clockOffsetMs = 0
Date.now = () => now() + clockOffsetMs

let stopAt: number | undefined
const write = Socket.prototype.write
Socket.prototype.write = function (this: Socket, data: unknown, ...rest: unknown[]): boolean {
  if (stopAt !== undefined && Buffer.isBuffer(data) && data.length > 6 && data.readInt16BE(4) === stopAt)
    suspendBefore(data)
  return Reflect.apply(write, this, [data, ...rest])
} as typeof write

/** The last byte of the request that ends a transaction says whether it commits. */
function suspendBefore(request: Buffer): void {
  if (stopAt === kafkaRequests.endTransaction && request.at(-1) !== 1) return
  stopAt = undefined
  writeSync(1, 'stopped\n')
  process.kill(process.pid, 'SIGSTOP')
}

process.on('message', (order: WorkerCommand) => {
  if ('clock' in order) clockOffsetMs = order.clock
  else stopAt = order.stopAt
})
// What keeps a process up that was told to end.
process.on('SIGUSR2', () => writeSync(2, `still there: ${process.getActiveResourcesInfo().join(', ')}\n`))
// Nobody is left who would wait for it.
process.on('disconnect', () => process.exit(1))
