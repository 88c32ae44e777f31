import { Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** Requests by their number in Kafka's protocol: the first and the last of a transaction. */
export const addPartitionsApi = 24
export const endTransactionApi = 26

/**
 * Breaks the connection of the next such request of this process, before it is sent or instead of its answer: what a crash
 * of the broker or of the network looks like from here.
 */
export function breakConnectionAt(
  request: number,
  when: 'before it is sent' | 'before its answer',
): { readonly broken: () => boolean } {
  const write = Socket.prototype.write
  let broken = false
  const patched = function (this: Socket, data: unknown, ...rest: unknown[]): boolean {
    const hit = !broken && Buffer.isBuffer(data) && data.length > 6 && data.readInt16BE(4) === request
    if (!hit) return Reflect.apply(write, this, [data, ...rest])
    broken = true
    const cut = (): unknown => this.destroy(new Error('the test broke the connection'))
    if (when === 'before it is sent') {
      cut()
      return false
    }
    this.removeAllListeners('data')
    this.once('data', cut)
    return Reflect.apply(write, this, [data, ...rest])
  }
  Socket.prototype.write = patched as typeof write
  onTestFinished(() => {
    Socket.prototype.write = write
  })
  return { broken: () => broken }
}
