import { countRecords } from '#runtime/log/count-records.ts'
import type { EventLog } from '#runtime/log/event-log.ts'
import type { DemoProgress, DemoRunOptions, QualityMeasurement } from '#services/_desk/progress-store.ts'
import { tangoInterval } from '#statistics/paired-tests.ts'
import { topic } from '#topology/topic-names.ts'
import { formatPercent, tableLines } from '../output.ts'

const rungs = ['prompt', 'trajectory', 'lora'] as const

/** Accuracy on held-out questions: one row per round, one column per rung. */
export function progressTable({ base, rounds }: DemoProgress): string {
  const head = ['round', 'gold', ...rungs, 'released, 95% interval']
  const rows = rounds.map(({ round, gold, rungs: tried, accuracy }) => [
    String(round),
    String(gold),
    ...rungs.map(rung => candidateCell(tried[rung])),
    intervalCell(accuracy),
  ])
  const untuned = ['untuned', '0', ...rungs.map(() => '-'), base === null ? '-' : intervalCell(base)]
  const lines = tableLines(head, [untuned, ...rows], new Set([1]))
  return `\nShare of held-out questions planned right (* released by the gate)\n${lines.join('\n')}\n`
}

const candidateCell = (candidate: { readonly accuracy: number; readonly outcome: string } | undefined): string =>
  candidate ? `${formatPercent(candidate.accuracy)}${candidate.outcome === 'promoted' ? '*' : ''}` : '-'

const intervalCell = ({ accuracy, lower, upper }: QualityMeasurement): string =>
  `${formatPercent(accuracy)} [${formatPercent(lower)}, ${formatPercent(upper)}]`

/** The result of a demo as `--json` prints it. `accepted`: events that ingest acknowledged. */
export async function demoSummary(
  log: EventLog,
  run: DemoRunOptions,
  { base, rounds }: DemoProgress,
  accepted: number,
) {
  const last = rounds.at(-1)
  const newest = (rung: string) => rounds.findLast(round => round.rungs[rung])?.rungs[rung]
  const all = await log.topics()
  const count = async (...names: readonly string[]): Promise<number> =>
    (await Promise.all(names.map(name => countRecords(log, name)))).reduce((total, records) => total + records, 0)
  return {
    ...{ seed: run.seed, data: run.data, sampling: run.sampling, goldUsed: last?.gold ?? 0 },
    base: base && { accuracy: base.accuracy, lower: base.lower, upper: base.upper },
    final: last && {
      ...{ accuracy: last.accuracy.accuracy, lower: last.accuracy.lower, upper: last.accuracy.upper },
      ...{ macroF1: last.accuracy.macroF1, release: last.released },
    },
    gain: base && last && accuracyGain(base.right, last.accuracy.right),
    rungs: Object.fromEntries(rungs.map(rung => [rung, newest(rung) ?? null])),
    rounds: rounds.map(({ accuracy: { right: _rows, ...accuracy }, ...round }) => ({ ...round, accuracy })),
    counts: {
      accepted,
      logged: await count(topic.chatLogs, topic.escalations, topic.feedback),
      sampled: await count(topic.selectedSamples),
      gold: await count(topic.goldAnswers),
      scored: await count(topic.scoredSamples),
      deadLettered: await count(...all.flatMap(({ name }) => (name.endsWith('.dlq') ? [name] : []))),
    },
  }
}

/** Accuracy after minus before on the same held-out rows, with its 95% interval (Tango). A digit per row: 1 is right. */
function accuracyGain(before: string, after: string) {
  const rows = Math.min(before.length, after.length)
  const countPairs = (was: string, is: string): number =>
    Array.from({ length: rows }, (_row, row) => before[row] === was && after[row] === is).filter(Boolean).length
  const pairs = { gained: countPairs('0', '1'), lost: countPairs('1', '0'), rows }
  return { difference: (pairs.gained - pairs.lost) / Math.max(1, rows), ...tangoInterval(pairs), ...pairs }
}
