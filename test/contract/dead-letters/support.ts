import { onTestFinished } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import type { Runtime } from '#runtime/host/open-runtime.ts'
import { startServices } from '#runtime/host/start-services.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import type { LogRecord, NewRecord } from '#runtime/log/event-log.ts'
import { eraseTypes, type RunnableService, withPorts } from '#runtime/processing/any-service.ts'
import type { Service } from '#runtime/service.ts'
import type { DatasetDecided, TuningDecided } from '#schemas/events.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { consumedTopics } from '#topology/derive/definitions.ts'
import { consumerGroup, deadLetterTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import { keyOf, readAll } from '../event-log/support.ts'

export const service = 'strategist'
export const deadLetters = deadLetterTopic(topic.datasets, service)

/** How a record fails, until its cause is repaired. */
export type FailureKind =
  | 'none'
  | 'gather refuses'
  | 'the rule refuses'
  | 'its event does not fit the schema'
  | 'its event is too large'
  | 'the key of its event is too large'
  | 'its memory is too large'
  /** Refused only by a broker with a limit below ours. */
  | 'its event is long'

const large = 'x'.repeat(2_000_000)
const long = 'x'.repeat(30_000)

/**
 * A strategist that answers each dataset with one request. The request names the record and how many of the agent's came before it,
 * so a lost, duplicated, reordered or partial result is visible.
 */
export function failingStrategist(mended: ReadonlySet<string>, refusals: Map<string, number>): RunnableService {
  const troubleOf = ({ id, reasons }: DatasetDecided): FailureKind =>
    mended.has(id) ? 'none' : ((reasons[0] ?? 'none') as FailureKind)
  const strategist: Service<typeof service> = {
    name: service,
    version: 'strategist/test',
    async gather(inbound) {
      if (inbound.topic !== topic.datasets) return
      const { event } = inbound
      const left = refusals.get(event.id) ?? 0
      refusals.set(event.id, left - 1)
      if (left > 0 || troubleOf(event) === 'gather refuses') throw new Fault('FLY_OBJECT', 'the dataset is missing')
    },
    decide(inbound, _facts, state) {
      if (inbound.topic !== topic.datasets) return {}
      const { event } = inbound
      const trouble = troubleOf(event)
      const before = state.get<number>('decided', event.agent) ?? 0
      if (trouble === 'the rule refuses') throw new Fault('FLY_LEAK', 'a family is on both sides')
      const request: Omit<TuningDecided, 'id' | 'parents' | 'at'> = {
        ...{ agent: trouble === 'the key of its event is too large' ? large.slice(0, 60_000) : event.agent },
        ...{ outcome: 'requested', rung: 'prompt', dataset: 'd', evaluation: 'e', baseline: 'b', seed: before },
        reasons: [trouble === 'its event is too large' ? large : event.id, trouble === 'its event is long' ? long : ''],
        datasetVersion: trouble === 'its event does not fit the schema' ? 0.5 : event.version,
      }
      const note = trouble === 'its memory is too large' ? [{ collection: 'notes', key: 'note', value: large }] : []
      return {
        emit: [{ topic: topic.tuningRequests, event: request }],
        stateChanges: [...note, { collection: 'decided', key: event.agent, value: before + 1 }],
      }
    },
  }
  return withPorts(eraseTypes(strategist), {})
}

/** A running strategist and its results. */
export async function startStrategist(world: Runtime) {
  const { log, codec } = world
  const mended = new Set<string>()
  /** How often a record is refused before it is decided. */
  const refusals = new Map<string, number>()
  await ensureTopics(world)
  const stop = new AbortController()
  const { url, done } = await startServices(world, [failingStrategist(mended, refusals)], stop.signal)
  const end = async (): Promise<void> => {
    stop.abort()
    await done
  }
  onTestFinished(() => end().catch(() => {}))
  return {
    ...{ url, mended, refusals, end },
    /** Appends, and waits until all appended and re-driven records are decided. */
    async takes(records: readonly NewRecord[] = []): Promise<void> {
      await log.append(records)
      const drained = waitUntil('all is decided', async () => {
        // A new broker has no group coordinator during its first seconds.
        const lag = await log.lag(consumerGroup(service), consumedTopics(service)).catch(() => [{ records: 1 }])
        return lag.every(({ records: behind }) => behind === 0)
      })
      await Promise.race([drained, done])
    },
    dataset: (agent: string, id: string, trouble: FailureKind = 'none'): NewRecord => ({
      ...codec.record(topic.datasets, dataset(agent, id, trouble)),
      headers: { 'x-source': id },
    }),
    /** The answered records of an agent, in order, each with the count of those before it. */
    async answered(agent: string): Promise<readonly (readonly [id: string | undefined, before: number])[]> {
      const requests = await Promise.all(
        (await readAll(log, [topic.tuningRequests])).map(({ value }) =>
          codec.decode(topic.tuningRequests, value ?? Buffer.alloc(0)),
        ),
      )
      return requests.filter(request => request.agent === agent).map(({ reasons, seed }) => [reasons[0], seed])
    },
    of: async (name: string, agent: string): Promise<readonly LogRecord[]> =>
      (await readAll(log, [name])).filter(record => keyOf(record) === agent),
  }
}

function dataset(agent: string, id: string, trouble: FailureKind): DatasetDecided {
  return {
    ...{
      id,
      parents: [],
      at: 1,
      agent,
      outcome: 'curated',
      reasons: [trouble],
      version: 1,
      dataset: 'd',
      evaluation: 'e',
    },
    ...{ gold: 1, trainingRows: 1, syntheticRows: 0, evaluationRows: 1, families: 1, refusedLeaks: 0 },
  }
}
