import { Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { isRequest } from './request-numbers.ts'

/**
 * Breaks the connection of this process's next request with that number, before the request is sent or before its answer is
 * received, as a crash of the broker or of the network does.
 */
export function breakConnectionAt(
  request: number,
  when: 'before it is sent' | 'before its answer',
): { readonly broken: () => boolean } {
  const write = Socket.prototype.write
  let broken = false
  const patched = function (this: Socket, data: unknown, ...rest: unknown[]): boolean {
    const hit = !broken && isRequest(data, request)
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
