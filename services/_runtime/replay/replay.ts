import { Fault } from '../core/faults.ts'
import { type OutputsThen, outputsThen } from './outputs-then.ts'
import type { Receipt } from './receipt.ts'
import { createReport } from './report.ts'
import { rerun, type Source } from './rerun.ts'
import type { ConfigFile, Rules } from './rules.ts'
import { createRunFolder, type RunFolder } from './run-folder.ts'
import { scratchCodec } from './scratch-codec.ts'
import { iso, nothingIn, type Range, type Span, spansOf } from './spans.ts'

export type Replay = {
  /** The folder that gets `replays/RUN`. */
  readonly home: string
  readonly run: string
  readonly rules: Rules
  readonly config?: ConfigFile | undefined
  readonly range: Range
  /** Told from time to time how many records were decided so far. */
  readonly onProgress?: (decided: number) => void
}

const progressEvery = 5_000

/**
 * Decides again what a service decided in a range, from the recorded records and facts, and compares it with what it led to
 * then. The rules are in force from the first decision on, as if they always had been. It writes to the run's folder alone:
 * joins no group, appends nothing, registers nothing. It leaves no folder when it fails.
 */
export async function replay(source: Source, asked: Replay, signal: AbortSignal): Promise<Receipt> {
  const { name, gather } = asked.rules.service
  if (asked.config && !gather)
    throw new Fault(
      'FLY_USAGE',
      `--config: ${name} gathers no facts that it could change: change its rule with --rules`,
    )
  const spans = await spansOf(source.log, name, asked.range)
  if (spans.length === 0) throw await nothingIn(source.log, name, asked.range)
  const folder = await createRunFolder(asked.home, asked.run)
  try {
    const then = await outputsThen(source, name, asked.range.since ?? 0, folder.path, signal)
    const receipt = await rerunAll(source, asked, spans, then, folder, signal).finally(then.close)
    await folder.finish(receipt)
    return receipt
  } catch (error) {
    await folder.abandon()
    throw error
  }
}

async function rerunAll(
  source: Source,
  { run, rules, config, range, onProgress }: Replay,
  spans: readonly Span[],
  then: OutputsThen,
  folder: RunFolder,
  signal: AbortSignal,
): Promise<Receipt> {
  const { service } = rules
  const scratch = await scratchCodec(service.name)
  const by = { service, config: config?.config, scratch }
  const report = createReport(scratch, source.objects, then, folder)
  const partitions: Receipt['partitions'][number][] = []
  let memory: Receipt['memory'] = null
  let [seen, decided] = [0, 0]
  for (const span of spans) {
    const { partition, first, end } = span
    const counts = { decided: 0, ledUp: 0 }
    for await (const { offset, decision, keys, now } of rerun(source, by, span, signal)) {
      if (decision.remembered !== keys) memory ??= { partition, offset, was: decision.remembered, is: keys }
      if (offset < first) counts.ledUp++
      else {
        counts.decided++
        await report.add(decision, now)
      }
      if (++seen % progressEvery === 0) onProgress?.(seen)
    }
    partitions.push({ partition, first, end, ...counts })
    decided += counts.decided
  }
  if (decided === 0) throw await nothingIn(source.log, service.name, range)
  return {
    ...{ run, service: service.name, since: isoOrNull(range.since), until: isoOrNull(range.until) },
    rules: { version: service.version, file: rules.file, sha256: rules.digest },
    config: config === undefined ? null : { file: config.file, sha256: config.digest },
    ...{ partitions, decided, memory },
    ...(await report.end()),
  }
}

const isoOrNull = (time: number | null): string | null => (time === null ? null : iso(time))
