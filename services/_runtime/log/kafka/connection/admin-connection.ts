import type { Cluster } from 'kafkajs'
import type { Fault, FaultCode } from '../../../core/faults.ts'
import { patiently, toFault, typeOf } from '../faults.ts'
import { createClient, type KafkaSettings, openCluster } from './client.ts'

/** How often a question is asked that fails. A topic that was just made is not known to every broker at once. */
const patience: Partial<Record<FaultCode, number>> = { FLY_BROKER: 8, FLY_TOPIC: 4 }
/** And where a partition has no leader that knows of it yet, as when many topics were just made: some fifteen seconds. */
const leaderless = { types: ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE'], tries: 20 }

export type Ask = <T>(doing: string, question: (cluster: Cluster) => Promise<T>) => Promise<T>

export type Asker = {
  readonly ask: Ask
  /** What is known without asking, if anything. */
  readonly known: () => Cluster | undefined
  readonly close: () => Promise<void>
}

/** Questions to the brokers, over one connection for the life of the log, made anew when it fails. */
export function createAsker(settings: KafkaSettings): Asker {
  const client = createClient(settings)
  const closing = new AbortController()
  let cluster: Cluster | undefined
  // One question at a time: kafkajs opens a connection for each request that comes before there is one, and forgets it.
  let asking: Promise<unknown> = Promise.resolve()

  const attempt = async <T>(doing: string, question: (cluster: Cluster) => Promise<T>): Promise<T> => {
    try {
      cluster ??= openCluster(client)
      await cluster.connect()
      return await question(cluster)
    } catch (error) {
      // kafkajs asks for the metadata of all topics it ever heard of, and fails when one of them is gone.
      cluster = undefined
      client.drop()
      throw toFault(error, doing, { type: typeOf(error) })
    }
  }

  return {
    known: () => cluster,
    ask(doing, question) {
      const inTurn = () => {
        const answer = asking.then(() => attempt(doing, question))
        asking = answer.catch(() => {})
        return answer
      }
      const again = (error: unknown, tries: number): boolean => {
        const { code, details } = error as Fault
        return tries < (leaderless.types.includes(String(details.type)) ? leaderless.tries : (patience[code] ?? 0))
      }
      return patiently(inTurn, again, closing.signal)
    },
    async close() {
      closing.abort()
      // Nobody waits for an answer any more.
      client.close()
      await asking
      await cluster?.disconnect()
    },
  }
}
