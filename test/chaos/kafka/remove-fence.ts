import { createRequire } from 'node:module'

type Request = { readonly transactionalId?: string; readonly groupId?: string; readonly coordinatorType?: number }
type BrokerPrototype = Record<string, (this: unknown, request: Request) => unknown>

/** The requests of kafkajs's brokers that name a transactional id. */
const transactionalRequests = [
  'initProducerId',
  'produce',
  'addPartitionsToTxn',
  'addOffsetsToTxn',
  'txnOffsetCommit',
  'endTxn',
]
const transactionCoordinator = 1

/**
 * Gives all transactional producers of this process ids that no other process has, so that no process fences another. The chaos run
 * must then find records that were processed twice.
 */
export function removeFence(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/broker') as { readonly prototype: BrokerPrototype }
  const own = (id: string): string => `${id}-${process.pid}`
  const change = (name: string, changed: (request: Request) => Request): void => {
    const original = prototype[name]
    if (!original) throw new Error(`kafkajs's broker has no ${name}`)
    prototype[name] = function (request) {
      return original.call(this, changed(request))
    }
  }
  for (const name of transactionalRequests)
    change(name, request =>
      request.transactionalId ? { ...request, transactionalId: own(request.transactionalId) } : request,
    )
  change('findGroupCoordinator', request =>
    request.coordinatorType === transactionCoordinator && request.groupId
      ? { ...request, groupId: own(request.groupId) }
      : request,
  )
}
