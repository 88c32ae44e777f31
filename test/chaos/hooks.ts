import { writeSync } from 'node:fs'
import { Socket } from 'node:net'

/**
 * What the harness may do inside of a worker; imported before all else, since clocks are taken at import. `clock`: the clock
 * is so many milliseconds off from now on. `stopAt`: the process stops itself just before it sends its next request of that
 * number in Kafka's protocol, and says `stopped` on standard output.
 */
export type Order = { readonly clock: number } | { readonly stopAt: number }

/** Requests of a transaction, by their number in Kafka's protocol. */
export const requests = { produce: 0, endTransaction: 26, commitOffsets: 28 } as const

const now = Date.now
let shift = 0
Date.now = () => now() + shift

let stopAt: number | undefined
const write = Socket.prototype.write
Socket.prototype.write = function (this: Socket, data: unknown, ...rest: unknown[]): boolean {
  if (stopAt !== undefined && Buffer.isBuffer(data) && data.length > 6 && data.readInt16BE(4) === stopAt) stop(data)
  return Reflect.apply(write, this, [data, ...rest])
} as typeof write

/** The last byte of the request that ends a transaction says whether it commits. */
function stop(request: Buffer): void {
  if (stopAt === requests.endTransaction && request.at(-1) !== 1) return
  stopAt = undefined
  writeSync(1, 'stopped\n')
  process.kill(process.pid, 'SIGSTOP')
}

process.on('message', (order: Order) => {
  if ('clock' in order) shift = order.clock
  else stopAt = order.stopAt
})
// What keeps a process up that was told to end.
process.on('SIGUSR2', () => writeSync(2, `still there: ${process.getActiveResourcesInfo().join(', ')}\n`))
// Nobody is left who would wait for it.
process.on('disconnect', () => process.exit(1))
