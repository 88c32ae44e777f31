import { userInfo } from 'node:os'
import type { Settings } from '#runtime/config/config.ts'
import { systemClock } from '#runtime/core/clock.ts'
import { Fault } from '#runtime/core/faults.ts'
import { type DeadLetterDetails, findDeadLetter, parsePosition } from '#runtime/dead-letters/find.ts'
import {
  createDeadLetterList,
  type DiscardedLetter,
  type LetterPage,
  type LetterQuery,
  maxCounted,
  type UnresolvedTopic,
} from '#runtime/dead-letters/list.ts'
import { discardNamed, redriveNamed } from '#runtime/dead-letters/named-letters.ts'
import { redrive, redriveTopics } from '#runtime/dead-letters/redrive.ts'
import { countBacklog, type DeadLetterCounts } from '#runtime/dead-letters/unresolved.ts'
import type { ObjectStore } from '#runtime/objects/object-store.ts'
import { openObjects } from '#runtime/objects/open-objects.ts'
import { consumingServices } from '#topology/derive/definitions.ts'
import type { ServiceName } from '#topology/types.ts'
import { type CallHolder, jsonLines, type OpenedLog, withLogOrHolder } from '../open-log.ts'

/** What to re-drive: all dead letters of a service, those of one topic, or only these. */
export type Redrive = {
  readonly service: ServiceName
  readonly topic?: string
  readonly only?: readonly string[]
  /** Nothing is re-driven, only counted. */
  readonly dryRun: boolean
}

/** The dead letters of a log, accessed directly or through the process that holds it; of one service, or of all. */
export type DeadLetterAccess = {
  readonly topics: (service: ServiceName | undefined) => Promise<readonly UnresolvedTopic[]>
  readonly page: (service: ServiceName | undefined, query: LetterQuery) => Promise<LetterPage>
  readonly discarded: (service: ServiceName | undefined) => Promise<readonly DiscardedLetter[]>
  readonly find: (letter: string) => Promise<DeadLetterDetails | undefined>
  readonly discard: (
    service: ServiceName,
    letters: readonly string[],
    why: string,
  ) => Promise<readonly DeadLetterCounts[]>
  readonly redrive: (
    request: Redrive,
    onMoved: (moved: number, of: number) => void,
  ) => Promise<readonly DeadLetterCounts[]>
}

/** Accesses the dead letters of the log that the settings name, see `withLogOrHolder`. */
export function withDeadLetters(
  settings: Settings,
  signal: AbortSignal,
  use: (letters: DeadLetterAccess) => Promise<void>,
): Promise<void> {
  return withLogOrHolder(settings, signal, {
    log: opened => use(deadLettersOfLog(opened, settings, signal)),
    holder: call => use(deadLettersOfHolder(call)),
  })
}

function deadLettersOfLog({ log, codec }: OpenedLog, settings: Settings, signal: AbortSignal): DeadLetterAccess {
  const servicesOf = (service: ServiceName | undefined): readonly ServiceName[] =>
    service ? [service] : consumingServices
  const list = createDeadLetterList(log, signal)
  let objects: Promise<ObjectStore> | undefined
  return {
    topics: service => list.topics(servicesOf(service), maxCounted),
    page: (service, query) => list.page(servicesOf(service), query),
    discarded: service => list.discarded(servicesOf(service)),
    async find(letter) {
      const position = parsePosition(letter)
      objects ??= openObjects(settings)
      return position && findDeadLetter({ log, codec, objects: await objects }, position, signal)
    },
    discard: (service, letters, why) =>
      discardNamed(log, { service, letters }, { why, by: userInfo().username, at: systemClock.now() }, signal),
    redrive({ service, topic, only, dryRun }, onMoved) {
      if (only) return redriveNamed(log, { service, letters: only }, signal)
      const request = { service, ...(topic !== undefined && { topic }) }
      return dryRun
        ? countBacklog(log, service, redriveTopics(request), signal)
        : redrive(log, { ...request, onMoved }, signal)
    },
  }
}

/** One line of the answer to a re-drive: progress, or on the last line what was moved. */
type RedriveLine = { readonly moved: number; readonly of: number } | { readonly topics: readonly DeadLetterCounts[] }

function deadLettersOfHolder(call: CallHolder): DeadLetterAccess {
  const ask = async <T>(path: string, query: Readonly<Record<string, string | number | undefined>>): Promise<T> => {
    const given = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value))
    const answer = await call(`${path}?${given}`)
    // Of a process without this service.
    if (answer.status === 404) throw new Fault('FLY_USAGE', await answer.text())
    return (await answer.json()) as T
  }
  return {
    topics: async service => (await ask<{ topics: UnresolvedTopic[] }>('/v1/dlq/topics', { service })).topics,
    page: (service, query) => ask<LetterPage>('/v1/dlq', { service, ...query }),
    discarded: async service => (await ask<{ letters: DiscardedLetter[] }>('/v1/dlq/discarded', { service })).letters,
    async find(letter) {
      const answer = await call(`/v1/dlq/${encodeURIComponent(letter)}`)
      return answer.ok ? ((await answer.json()) as DeadLetterDetails) : undefined
    },
    async discard(service, letters, why) {
      const answer = await call(`/v1/dlq/${service}/discard`, { letters, why })
      return ((await answer.json()) as { topics: DeadLetterCounts[] }).topics
    },
    async redrive({ service, topic, only, dryRun }, onMoved) {
      const again = `${service} is not re-driven to the end, run the command again (no dead letter moves twice)`
      const request = { ...(topic !== undefined && { topic }), ...(only ? { only } : { dryRun }) }
      const answer = await call(`/v1/dlq/${service}/redrive`, request)
      for await (const lines of jsonLines(answer, again))
        for (const line of lines as readonly RedriveLine[]) {
          if ('topics' in line) return line.topics
          onMoved(line.moved, line.of)
        }
      throw new Fault('FLY_BROKER', `the flywheel process stopped: ${again}`)
    },
  }
}
