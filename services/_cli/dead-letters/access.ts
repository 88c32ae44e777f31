import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { type DeadLetterDetails, findDeadLetter, parsePosition } from '#runtime/dead-letters/find.ts'
import { redrive } from '#runtime/dead-letters/redrive.ts'
import { type DeadLetterCounts, listUnresolved, type UnresolvedDeadLetters } from '#runtime/dead-letters/unresolved.ts'
import { openReader } from '#runtime/host/open-runtime.ts'
import { openFolderStore } from '#runtime/objects/folder.ts'
import type { ServiceName } from '#topology/types.ts'

/** The dead letters of a log, in the hands of whoever can open it. */
export type DeadLetterAccess = {
  /** Of one service, or of all; at most `most` of each topic are named, all when absent. */
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

/** Uses the log that the settings name; an embedded one that a running wheel holds, through that wheel. */
export async function withDeadLetters(
  settings: Settings,
  services: readonly ServiceName[],
  signal: AbortSignal,
  use: (letters: DeadLetterAccess) => Promise<void>,
): Promise<void> {
  let reader: Awaited<ReturnType<typeof openReader>>
  try {
    reader = await openReader(settings)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'FLY_HOME') throw error
    return use(deadLettersOverHttp(settings, error, signal))
  }
  const { log, codec, close } = reader
  const objects = openFolderStore(join(settings.home, 'objects'))
  try {
    await use({
      list: (service, most = Number.POSITIVE_INFINITY) =>
        listUnresolved(log, service ? [service] : services, most, signal),
      find: async letter => {
        const place = parsePosition(letter)
        return place && findDeadLetter({ log, codec, objects }, place, signal)
      },
      redrive: (service, topic, onMoved) =>
        redrive(log, { service, onMoved, ...(topic !== undefined && { topic }) }, signal),
    })
  } finally {
    await close()
  }
}

function deadLettersOverHttp({ port, apiKey }: Settings, lockedFault: Fault, signal: AbortSignal): DeadLetterAccess {
  const base = `http://127.0.0.1:${port}/v1/dlq`
  const request = async (path: string, body?: object): Promise<Response> => {
    const headers = {
      ...(apiKey && { authorization: `Bearer ${apiKey}` }),
      ...(body && { 'content-type': 'application/json' }),
    }
    const request = { headers, signal, ...(body && { method: 'POST', body: JSON.stringify(body) }) }
    const answer = await fetch(base + path, request).catch(error => {
      throw new Fault(
        'FLY_HOME',
        `${lockedFault.message}; and no wheel answers on port ${port}: give --port`,
        {},
        error,
      )
    })
    if (answer.ok || answer.status === 404) return answer
    throw new Fault('FLY_USAGE', `${base}${path} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`)
  }
  return {
    async list(service, most) {
      const query = new URLSearchParams({ ...(service && { service }), ...(most !== undefined && { most: `${most}` }) })
      const { topics = [] } = (await (await request(`?${query}`)).json()) as { topics?: UnresolvedDeadLetters[] }
      return topics
    },
    async find(letter) {
      const answer = await request(`/${encodeURIComponent(letter)}`)
      return answer.ok ? ((await answer.json()) as DeadLetterDetails) : undefined
    },
    async redrive(service, topic, onMoved) {
      const answer = await request(`/${service}/redrive`, { ...(topic !== undefined && { topic }) })
      if (answer.body)
        for await (const line of createInterface({ input: Readable.fromWeb(answer.body as never) })) {
          const { moved, of, topics } = JSON.parse(line) as { moved: number; of: number; topics?: DeadLetterCounts[] }
          if (topics) return topics
          onMoved(moved, of)
        }
      throw new Fault(
        'FLY_BROKER',
        `the wheel ended before ${service} was re-driven: run this again, nothing moves twice`,
      )
    },
  }
}
