import { inject } from 'vitest'
import type { TestObjectServer } from './types.ts'

/** The run's Kafka broker; undefined, after a notice, where none can run here: use `describe.skipIf(!kafka)`. */
export const sharedKafka = (): Promise<{ readonly brokers: string } | undefined> => fetchAddress('/kafka')

/** The run's schema registry; undefined as above. */
export const sharedRegistry = (): Promise<{ readonly url: string } | undefined> => fetchAddress('/registry')

/** The run's S3 server; undefined as above. */
export const sharedObjectServer = (): Promise<Omit<TestObjectServer, 'stop'> | undefined> => fetchAddress('/objects')

async function fetchAddress<T>(what: string): Promise<T | undefined> {
  const response = await fetch(inject('servers') + what)
  if (response.status === 204) return undefined
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as T
}
