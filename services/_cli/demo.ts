import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { openWorld, type World } from '#runtime/host/open.ts'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { createApi } from '#services/_desk/api.ts'
import { openLedger, type Progress, type RunOptions } from '#services/_desk/ledger.ts'
import { csvQuestions, deskQuestions } from '#services/_desk/questions.ts'
import { turn } from '#services/_desk/scenario.ts'
import { watchAgent } from '#services/_desk/watch.ts'
import { topic } from '#topology/names.ts'
import { narrate } from './narrate.ts'
import { summary, table } from './report.ts'
import { alreadyUp, drained, everyService, inProcess, processes } from './wheel.ts'

type Options = {
  readonly once: boolean
  readonly json: boolean
  readonly home?: string
  readonly data?: string
  readonly gold: number
  readonly sampling: 'active' | 'random'
  readonly seed: number
}

const leastGold = 40

/** Turns the whole wheel on simulated customers and reviewers, tells what happens, and ends with what became better. */
export async function demo(
  options: Options,
  settingsOf: (defaults: Partial<Settings>) => Settings,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now()
  if (options.gold < leastGold)
    throw new Fault(
      'FLY_USAGE',
      `--gold ${options.gold} is too few to train and evaluate on: give at least ${leastGold}`,
    )
  const questions = options.data === undefined ? deskQuestions() : csvQuestions(options.data)
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'flywheel-'))
  mkdirSync(home, { recursive: true })
  // A demo's log lines are its story; services speak up only when something is wrong.
  const settings = settingsOf({ home, logLevel: 'error' })
  const run: RunOptions = { seed: options.seed, data: questions.name, gold: options.gold, sampling: options.sampling }
  const report = (line: string): void => void process.stderr.write(`${line}\n`)
  const world = await openWorld(settings)
  const wheelSignal = new AbortController()
  const stop = AbortSignal.any([signal, wheelSignal.signal])
  try {
    const wheel =
      settings.kafka === undefined
        ? await inProcess(world, everyService, stop)
        : ((await alreadyUp(world, everyService, stop)) ?? (await processes(world, everyService, stop)))
    wheel.done.catch(() => wheelSignal.abort())
    report(`seed ${run.seed}, ${run.data}, ${run.gold} gold answers, ${run.sampling} sampling; home ${home}`)
    report(`console: ${wheel.urlOf('console')}`)
    const agent = await agentOf(home, world, stop)
    const ledger = openLedger(home, run, agent)
    const api = createApi(
      {
        ingest: wheel.urlOf('ingest'),
        gateway: wheel.urlOf('gateway'),
        annotation: wheel.urlOf('annotation'),
        key: settings.apiKey,
      },
      stop,
    )
    const watch = await watchAgent(world, agent, followed => narrate(followed, report), stop)
    await Promise.race([
      turn({ api, watch, ledger, questions, report, drained: drained(world, stop) }, stop),
      wheel.done,
    ])
    const result = {
      ...(await summary(world, run, ledger.progress(), ledger.acknowledged())),
      seconds: (performance.now() - started) / 1000,
    }
    report(table(ledger.progress()))
    if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`)
    if (!options.once) {
      report(`The wheel stays up; console: ${wheel.urlOf('console')} (Ctrl-C ends it)`)
      await wheel.done
    }
    wheelSignal.abort()
    await wheel.done
  } finally {
    wheelSignal.abort()
    await world.close()
  }
}

/** A home keeps its agent; a new one takes a name that the log does not know yet, since agents never mix. */
async function agentOf(home: string, world: World, signal: AbortSignal): Promise<string> {
  const file = join(home, 'desk', 'progress.json')
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as Progress).agent
  const taken = new Set<string>()
  const note = (records: readonly LogRecord[]): void => {
    for (const { key } of records) if (key) taken.add(key.toString())
  }
  await world.log.read([topic.agents], { from: 'beginning', follow: false }, note, signal)
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'desk' : `desk-${number}`
    if (!taken.has(name)) return name
  }
}
