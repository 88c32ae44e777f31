import { join } from 'node:path'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { type DeadLetterDetails, findDeadLetter, parsePosition } from '#runtime/dead-letters/find.ts'
import { redrive } from '#runtime/dead-letters/redrive.ts'
import { type DeadLetterCounts, listUnresolved, type UnresolvedDeadLetters } from '#runtime/dead-letters/unresolved.ts'
import { openFolderStore } from '#runtime/objects/folder.ts'
import { consumingServices } from '#topology/derive/definitions.ts'
import type { ServiceName } from '#topology/types.ts'
import { type CallHolder, jsonLines, type OpenedLog, withLogOrHolder } from '../open-log.ts'

/** The dead letters of a log, accessed directly or through the process that holds it. */
export type DeadLetterAccess = {
  /** Of one service, or of all. `most` limits how many of each topic are listed; absent: all. */
  readonly list: (
    service: ServiceName | undefined,
    most: number | undefined,
  ) => Promise<readonly UnresolvedDeadLetters[]>
  readonly find: (letter: string) => Promise<DeadLetterDetails | undefined>
  readonly redrive: (
    service: ServiceName,
    topic: string | undefined,
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
    log: opened => use(deadLettersOfLog(opened, join(settings.home, 'objects'), signal)),
    holder: call => use(deadLettersOfHolder(call)),
  })
}

function deadLettersOfLog({ log, codec }: OpenedLog, objectFolder: string, signal: AbortSignal): DeadLetterAccess {
  const objects = openFolderStore(objectFolder)
  return {
    list: (service, most = Number.POSITIVE_INFINITY) =>
      listUnresolved(log, service ? [service] : consumingServices, most, signal),
    async find(letter) {
      const position = parsePosition(letter)
      return position && findDeadLetter({ log, codec, objects }, position, signal)
    },
    redrive: (service, topic, onMoved) =>
      redrive(log, { service, onMoved, ...(topic !== undefined && { topic }) }, signal),
  }
}

/** One line of the answer to a re-drive: progress, or on the last line what was moved. */
type RedriveLine = { readonly moved: number; readonly of: number } | { readonly topics: readonly DeadLetterCounts[] }

function deadLettersOfHolder(call: CallHolder): DeadLetterAccess {
  return {
    async list(service, most) {
      const query = new URLSearchParams({ ...(service && { service }), ...(most !== undefined && { most: `${most}` }) })
      const { topics = [] } = (await (await call(`/v1/dlq?${query}`)).json()) as { topics?: UnresolvedDeadLetters[] }
      return topics
    },
    async find(letter) {
      const answer = await call(`/v1/dlq/${encodeURIComponent(letter)}`)
      return answer.ok ? ((await answer.json()) as DeadLetterDetails) : undefined
    },
    async redrive(service, topic, onMoved) {
      const again = `${service} is not re-driven to the end, run the command again (no dead letter moves twice)`
      const answer = await call(`/v1/dlq/${service}/redrive`, { ...(topic !== undefined && { topic }) })
      for await (const lines of jsonLines(answer, again))
        for (const line of lines as readonly RedriveLine[]) {
          if ('topics' in line) return line.topics
          onMoved(line.moved, line.of)
        }
      throw new Fault('FLY_BROKER', `the flywheel process stopped: ${again}`)
    },
  }
}
