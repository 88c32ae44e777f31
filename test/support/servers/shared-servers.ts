import { inject } from 'vitest'

/** The run's Kafka broker; undefined where none can run here, which was told loudly: `describe.skipIf(!kafka)`. */
export const sharedKafka = (): Promise<{ readonly brokers: string } | undefined> => fetchAddress('/kafka')

/** The run's schema registry, under the same terms. */
export const sharedRegistry = (): Promise<{ readonly url: string } | undefined> => fetchAddress('/registry')

async function fetchAddress<T>(what: string): Promise<T | undefined> {
  const response = await fetch(inject('servers') + what)
  if (response.status === 204) return undefined
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as T
}
