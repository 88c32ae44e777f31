import type { FastifyInstance } from 'fastify'
import { at } from '../core/checked.ts'
import { httpError } from '../http/error.ts'
import type { EventLog } from '../log/event-log.ts'
import type { SkippedRecords } from '../service.ts'

/** Routes that also answer while the process starts. */
const operatorPaths = new Set(['/health', '/ready', '/metrics'])

export type Readiness = {
  /** The followed topics were read to their ends: from now on every route answers. */
  readonly caughtUp: () => void
  /** Partition numbers that a consuming service has; undefined while it is no member of its group. */
  readonly setMembership: (service: string, partitions: number | undefined) => void
  /** Whether the state of a partition, named SERVICE/NUMBER, is being restored. */
  readonly setRestoring: (partition: string, isRestoring: boolean) => void
}

/**
 * `GET /ready`: 200 when this process can do its work, otherwise 503 with the reasons. Until the followed topics are read, other
 * routes answer 503 too: their answers would be wrong. `/health` answers as long as the process does. `log` answers within a time
 * limit; `consuming` are the services that have a consumer group. `skipped` is shown and is no reason: a restart would skip the same.
 */
export function serveReadiness(
  app: FastifyInstance,
  log: Pick<EventLog, 'topics'>,
  consuming: readonly string[],
  skipped: () => readonly SkippedRecords[],
): Readiness {
  const memberships = new Map<string, number | undefined>(consuming.map(name => [name, undefined]))
  const restoring = new Set<string>()
  let isCaughtUp = false
  app.addHook('onRequest', async request => {
    if (isCaughtUp || operatorPaths.has(at(request.url.split('?', 1), 0))) return
    throw httpError(503, 'starting', 'The process is starting: it still reads the topics that it follows', 1)
  })
  const problemsNow = async (): Promise<readonly string[]> => {
    const logAnswers = await log.topics().then(
      () => true,
      () => false,
    )
    return [
      ...(logAnswers ? [] : ['the event log does not answer']),
      ...(isCaughtUp ? [] : ['the followed topics are not read to their ends yet']),
      ...[...memberships].flatMap(([name, partitions]) =>
        partitions === undefined ? [`${name} is not a member of its consumer group`] : [],
      ),
      ...Array.from(restoring, partition => `the state of ${partition} is being restored`),
    ]
  }
  app.get('/ready', async (_request, reply) => {
    const reasons = await problemsNow()
    const partitions = Object.fromEntries(Array.from(memberships, ([name, count]) => [name, count ?? null]))
    const ready = reasons.length === 0
    return reply.code(ready ? 200 : 503).send({ ready, reasons, partitions, skipped: skipped() })
  })
  return {
    caughtUp: () => {
      isCaughtUp = true
    },
    setMembership: (service, partitions) => void memberships.set(service, partitions),
    setRestoring: (partition, isRestoring) =>
      void (isRestoring ? restoring.add(partition) : restoring.delete(partition)),
  }
}
