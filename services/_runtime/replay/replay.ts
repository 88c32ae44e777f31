import { Fault } from '../core/faults.ts'
import { type DecisionRange, decisionRanges, emptyRangeFault, isoTime, type TimeRange } from './decision-ranges.ts'
import type { ReplayReceipt } from './receipt.ts'
import { loadRecordedOutputs, type RecordedOutputs } from './recorded-outputs.ts'
import { createReplayReport } from './report.ts'
import { createScratchCodec, type ReplaySource, rerunDecisions } from './rerun.ts'
import type { ConfigFile, Rules } from './rules.ts'
import { createRunFolder, type RunFolder } from './run-folder.ts'

export type ReplayRequest = {
  /** The data folder; the run's files are written to `replays/RUN` in it. */
  readonly home: string
  readonly run: string
  readonly rules: Rules
  readonly config?: ConfigFile | undefined
  readonly range: TimeRange
  /** Called from time to time with the number of decisions repeated so far. */
  readonly onProgress?: (decided: number) => void
}

const progressEvery = 5_000

/**
 * Repeats the decisions of a service in a range, with the recorded inputs and facts, and compares what they emit with what was emitted.
 * The rules apply from the first decision that is kept, so that the state is as if they had always applied. It writes to the
 * run's folder only: it joins no group, appends nothing and registers nothing. When it fails, it removes the folder.
 */
export async function runReplay(
  source: ReplaySource,
  request: ReplayRequest,
  signal: AbortSignal,
): Promise<ReplayReceipt> {
  const { name, gather } = request.rules.service
  if (request.config && !gather)
    throw new Fault('FLY_USAGE', `--config: ${name} gathers no facts to change: change its rule with --rules`)
  const ranges = await decisionRanges(source.log, name, request.range)
  if (ranges.length === 0) throw await emptyRangeFault(source.log, name, request.range)
  const folder = await createRunFolder(request.home, request.run)
  try {
    const recorded = await loadRecordedOutputs(source, name, request.range.since ?? 0, folder.path, signal)
    const receipt = await rerunAll(source, request, ranges, recorded, folder, signal).finally(recorded.close)
    await folder.finish(receipt)
    return receipt
  } catch (error) {
    await folder.remove()
    throw error
  }
}

async function rerunAll(
  source: ReplaySource,
  { run, rules, config, range, onProgress }: ReplayRequest,
  ranges: readonly DecisionRange[],
  recorded: RecordedOutputs,
  folder: RunFolder,
  signal: AbortSignal,
): Promise<ReplayReceipt> {
  const { service } = rules
  const scratch = await createScratchCodec(service.name)
  const rerunOptions = { service, config: config?.config, scratch }
  const report = createReplayReport(scratch, source.objects, recorded, folder)
  const partitions: ReplayReceipt['partitions'][number][] = []
  let memory: ReplayReceipt['memory'] = null
  let [seen, decided] = [0, 0]
  for (const decisions of ranges) {
    const { partition, first, end } = decisions
    const counts = { decided: 0, ledUp: 0 }
    for await (const { offset, decision, keyCount, result } of rerunDecisions(
      source,
      rerunOptions,
      decisions,
      signal,
    )) {
      if (decision.remembered !== keyCount) memory ??= { partition, offset, was: decision.remembered, is: keyCount }
      if (offset < first) counts.ledUp++
      else {
        counts.decided++
        await report.add(decision, result)
      }
      if (++seen % progressEvery === 0) onProgress?.(seen)
    }
    partitions.push({ partition, first, end, ...counts })
    decided += counts.decided
  }
  if (decided === 0) throw await emptyRangeFault(source.log, service.name, range)
  return {
    ...{ run, service: service.name, since: isoOrNull(range.since), until: isoOrNull(range.until) },
    rules: { version: service.version, file: rules.file, sha256: rules.digest },
    config: config === undefined ? null : { file: config.file, sha256: config.digest },
    ...{ partitions, decided, memory, unreadable: recorded.unreadable },
    ...(await report.end()),
  }
}

const isoOrNull = (time: number | null): string | null => (time === null ? null : isoTime(time))
