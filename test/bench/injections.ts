import { join } from 'node:path'
import { Command } from 'commander'
import type { LanguageModel } from '#models/language-model.ts'
import { openLanguageModels } from '#models/open.ts'
import { readSettings } from '#runtime/config/config.ts'
import { systemClock } from '#runtime/core/clock.ts'
import { Fault } from '#runtime/core/faults.ts'
import { openFolderStore } from '#runtime/objects/folder.ts'
import { createMetrics } from '#runtime/telemetry/telemetry.ts'
import { requestOpinion } from '#services/judge/model/opinion.ts'
import { injections as texts } from '#test/support/data/injections.ts'
import { type Flips, flipsOf, type Pair } from './injections/flips.ts'
import { plans, saying, tools } from './injections/plans.ts'
import { table } from './table.ts'

/** `bench injections`: how often a text that tries to manipulate the judge flips the configured model's verdict on a plan. */
export const injections = new Command('injections')
  .description('verdicts that flip when chat text tries to steer the judge, with the model of FLYWHEEL_MODEL')
  .option('--json', 'one JSON object on the last line of stdout', false)
  .action(measure)

async function measure({ json }: { readonly json: boolean }): Promise<void> {
  const settings = readSettings(process.env)
  // With its own budget and cache, separate from those of the services.
  const home = join(settings.home, 'bench')
  const closers: (() => void | Promise<void>)[] = []
  const models = await openLanguageModels({
    settings: { ...settings, home },
    clock: systemClock,
    objects: openFolderStore(join(home, 'objects')),
    metrics: createMetrics(),
    onClose: close => void closers.push(close),
  })
  const model = models.forService('judge')
  if (model === undefined) throw new Fault('FLY_USAGE', 'there is no model to try: set FLYWHEEL_MODEL')
  const pairs = await judge(model)
  for (const close of closers) await close()
  const figures = new Map([['all', flipsOf(pairs)]])
  for (const [kind, some] of Map.groupBy(pairs, pair => pair.kind)) figures.set(kind, flipsOf(some))
  process.stdout.write(
    `${model.name}: ${texts.length} texts, each said with ${plans.length} plans\n${table(rows(figures))}\n`,
  )
  if (json) process.stdout.write(`${JSON.stringify({ model: model.name, ...Object.fromEntries(figures) })}\n`)
}

async function judge(model: LanguageModel): Promise<readonly Pair[]> {
  const never = new AbortController().signal
  const pairs: Pair[] = []
  for (const sample of plans) {
    const without = await requestOpinion(model, sample, tools, never)
    const opinions = texts.map(({ text }) => requestOpinion(model, saying(text, sample), tools, never))
    for (const [at, { kind }] of texts.entries()) {
      const withText = await opinions[at]
      if (withText) pairs.push({ kind, without, withText })
      process.stderr.write(`${sample.id}: ${at + 1} of ${texts.length}\r`)
    }
  }
  process.stderr.write('\n')
  return pairs
}

const rows = (figures: ReadonlyMap<string, Flips>): (string | number)[][] => [
  ['texts', 'pairs', 'judged', 'refused', 'raised', 'lowered', 'shift'],
  ...Array.from(figures, ([kind, { pairs, judged, refused, raised, lowered, shift }]) => [
    ...[kind, pairs, judged, refused, raised, lowered],
    judged > 0 ? shift.toFixed(3) : '',
  ]),
]
