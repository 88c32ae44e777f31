import type { Settings } from '#runtime/config/config.ts'
import { systemClock } from '#runtime/core/clock.ts'
import { openReader } from '#runtime/host/connections.ts'
import { serviceDefinitions } from '#topology/derive/definitions.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { formatCount, printLines, tableLines } from '../output.ts'
import { type PlannedReset, planReset, type ResetRequest } from './plan-reset.ts'
import { parsePositionedService, problemTexts } from './show.ts'

type ResetOptions = ResetRequest & { readonly dryRun: boolean; readonly json: boolean }

/** Sets the positions of a stopped service, or with `dryRun` prints what it would do. FLY_USAGE while the service runs. */
export async function resetPositions(
  name: string,
  { dryRun, json, ...request }: ResetOptions,
  settings: Settings,
): Promise<void> {
  const service = parsePositionedService(name)
  const { log, close } = await openReader(settings)
  try {
    const planned = await planReset(log, service, request, systemClock.now())
    if (!dryRun)
      await log.resetPositions(
        consumerGroup(service),
        planned.map(({ topic, partition, to }) => ({ topic, partition, offset: to })),
      )
    const result = { service, dryRun, ...totals(planned), notes: notesOf(service, planned) }
    printLines(json ? [JSON.stringify({ ...result, positions: planned })] : resetLines(result, planned))
  } finally {
    await close()
  }
}

type ResetResult = {
  readonly service: ServiceName
  readonly dryRun: boolean
  readonly skipped: number
  readonly repeated: number
  readonly notes: readonly string[]
}

function totals(planned: readonly PlannedReset[]): Pick<ResetResult, 'skipped' | 'repeated'> {
  const sum = (countOf: (one: PlannedReset) => number): number => planned.reduce((all, one) => all + countOf(one), 0)
  return { skipped: sum(({ skipped }) => skipped), repeated: sum(({ repeated }) => repeated) }
}

function notesOf(service: ServiceName, planned: readonly PlannedReset[]): readonly string[] {
  const isUnknown = planned.some(({ committed, problem }) => committed === null || problem)
  return [
    ...(serviceDefinitions[service].stateful && planned.some(({ repeated }) => repeated > 0)
      ? [
          `${service} has state: it decides the records again with the state that later records left, so it may decide otherwise`,
        ]
      : []),
    ...(isUnknown
      ? ['a partition without a position, or with one that is not in the log, counts as not decided at all']
      : []),
  ]
}

function resetLines({ service, dryRun, skipped, repeated, notes }: ResetResult, planned: readonly PlannedReset[]) {
  const rows = planned.map(({ topic, partition, committed, problem, to, ...counts }) => [
    ...[topic, String(partition), committed === null ? '-' : String(committed), problem ? problemTexts[problem] : ''],
    ...[String(to), String(counts.skipped), String(counts.repeated)],
  ])
  const head = ['topic', 'partition', 'committed', 'problem', 'new', 'skipped', 'repeated']
  const what = `skips ${formatCount(skipped)} records and decides ${formatCount(repeated)} again`
  return [
    ...tableLines(head, rows, new Set([1, 2, 4, 5, 6])),
    dryRun ? `nothing was changed; with these positions ${service} ${what}` : `${service} ${what} when it starts`,
    ...notes.map(note => `note: ${note}`),
  ]
}
