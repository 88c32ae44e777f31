import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { type ServicePosition, servicePositions } from '#runtime/host/positions.ts'
import type { PositionProblem } from '#runtime/log/event-log.ts'
import { consumingServices } from '#topology/derive/definitions.ts'
import type { ServiceName } from '#topology/types.ts'
import { withLogOrHolder } from '../open-log.ts'
import { printLines, tableLines } from '../output.ts'
import { parseService } from '../parse-service.ts'

export const problemTexts: Readonly<Record<PositionProblem, string>> = {
  'beyond-end': 'after the end',
  deleted: 'deleted',
}

/** A service that has positions. FLY_USAGE for others. */
export const parsePositionedService = (name: string): ServiceName =>
  parseService(name, consumingServices, 'consumes no topic, so it has no positions')

/** Prints the positions of a service. */
export async function showPositions(
  name: string,
  { json }: { readonly json: boolean },
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const service = parsePositionedService(name)
  const print = (positions: readonly ServicePosition[]): void =>
    printLines(json ? [JSON.stringify({ service, positions })] : positionLines(positions))
  await withLogOrHolder(settings, signal, {
    log: async ({ log }) => print(await servicePositions(log, service)),
    async holder(call) {
      const path = `/v1/positions/${service}`
      const answer = await call(path)
      if (!answer.ok)
        throw new Fault('FLY_USAGE', `the process on port ${settings.port} has no ${path}: it is another version`)
      print(((await answer.json()) as { readonly positions: readonly ServicePosition[] }).positions)
    },
  })
}

function positionLines(positions: readonly ServicePosition[]): readonly string[] {
  const rows = positions.map(({ topic, partition, committed, begin, end, records, oldest, problem }) => [
    ...[topic, String(partition), committed === null ? '-' : String(committed), String(begin), String(end)],
    ...[String(records), oldest === null ? '-' : new Date(oldest).toISOString().slice(0, 19)],
    problem ? problemTexts[problem] : '',
  ])
  const head = ['topic', 'partition', 'committed', 'begin', 'end', 'behind', 'next', 'problem']
  return tableLines(head, rows, new Set([1, 2, 3, 4, 5]))
}
