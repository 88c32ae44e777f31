import type { Runtime } from '#runtime/host/open-runtime.ts'
import type { DemoProgress, DemoRunOptions, QualityMeasurement } from '#services/_desk/progress-store.ts'
import { tangoInterval } from '#statistics/paired-tests.ts'
import { topic } from '#topology/topic-names.ts'

const rungs = ['prompt', 'trajectory', 'lora'] as const
const formatPercent = (share: number | undefined): string =>
  share === undefined ? '-' : `${(100 * share).toFixed(1)}%`
const intervalText = (measure: QualityMeasurement | null | undefined): string =>
  measure
    ? `${formatPercent(measure.accuracy)} [${formatPercent(measure.lower)}, ${formatPercent(measure.upper)}]`
    : '-'

/** Quality on held-out rows per revolution and rung, for people. */
export function progressTable({ base, rounds }: DemoProgress): string {
  const rows = [
    ['revolution', 'gold', ...rungs, 'released, 95% interval'],
    ['untuned', '0', '-', '-', '-', intervalText(base)],
    ...rounds.map(({ round, gold, rungs: tried, accuracy }) => [
      String(round),
      String(gold),
      ...rungs.map(rung =>
        tried[rung] ? `${formatPercent(tried[rung].accuracy)}${tried[rung].outcome === 'promoted' ? '*' : ''}` : '-',
      ),
      intervalText(accuracy),
    ]),
  ]
  const widths = rows[0]?.map((_cell, at) => Math.max(...rows.map(row => row[at]?.length ?? 0))) ?? []
  const lines = rows.map(row => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '))
  return `\nShare of held-out questions planned right (* released by the gate)\n${lines.join('\n')}\n`
}

/** The last line of `--json`. */
export async function demoSummary(
  world: Runtime,
  run: DemoRunOptions,
  { base, rounds }: DemoProgress,
  accepted: number,
) {
  const last = rounds.at(-1)
  const newest = (rung: string) => rounds.findLast(round => round.rungs[rung])?.rungs[rung]
  const all = await world.log.topics()
  const sum = async (names: readonly string[]): Promise<number> =>
    (await Promise.all(names.map(name => world.log.count(name)))).reduce((total, count) => total + count, 0)
  return {
    ...{ seed: run.seed, data: run.data, sampling: run.sampling, goldUsed: last?.gold ?? 0 },
    base: base && { accuracy: base.accuracy, lower: base.lower, upper: base.upper },
    final: last && {
      ...{ accuracy: last.accuracy.accuracy, lower: last.accuracy.lower, upper: last.accuracy.upper },
      ...{ macroF1: last.accuracy.macroF1, release: last.released },
    },
    /** Released minus untuned on the same held-out rows, with its 95% interval. */
    gain: base && last && accuracyGain(base.right, last.accuracy.right),
    rungs: Object.fromEntries(rungs.map(rung => [rung, newest(rung) ?? null])),
    rounds: rounds.map(({ accuracy: { right: _rows, ...accuracy }, ...round }) => ({ ...round, accuracy })),
    counts: {
      accepted,
      logged: await sum([topic.chatLogs, topic.escalations, topic.feedback]),
      sampled: await sum([topic.selectedSamples]),
      gold: await sum([topic.goldAnswers]),
      scored: await sum([topic.scoredSamples]),
      deadLettered: await sum(all.flatMap(({ name }) => (name.endsWith('.dlq') ? [name] : []))),
    },
  }
}

function accuracyGain(before: string, after: string) {
  const rows = Math.min(before.length, after.length)
  const countPairs = (was: string, is: string): number =>
    Array.from({ length: rows }, (_row, at) => before[at] === was && after[at] === is).filter(Boolean).length
  const pairs = { gained: countPairs('0', '1'), lost: countPairs('1', '0'), rows }
  return { difference: (pairs.gained - pairs.lost) / Math.max(1, rows), ...tangoInterval(pairs), ...pairs }
}
