import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { createApi } from '#services/_desk/api.ts'
import { type DemoProgress, type DemoRunOptions, openProgressStore } from '#services/_desk/progress-store.ts'
import { csvQuestions, deskQuestions } from '#services/_desk/questions.ts'
import { runScenario } from '#services/_desk/scenario.ts'
import { watchAgent } from '#services/_desk/watch.ts'
import { topic } from '#topology/topic-names.ts'
import {
  allServices,
  createDrainWaiter,
  findRunningServices,
  runAsProcesses,
  runInProcess,
} from '../run/start-services.ts'
import { printEvent } from './event-lines.ts'
import { demoSummary, progressTable } from './report.ts'

type DemoOptions = {
  readonly once: boolean
  readonly json: boolean
  readonly home?: string
  readonly data?: string
  readonly gold: number
  readonly sampling: 'active' | 'random'
  readonly seed: number
}

const minGold = 40

/** Turns the whole wheel on simulated customers and reviewers, tells what happens, and ends with what became better. */
export async function demo(
  options: DemoOptions,
  settingsOf: (defaults: Partial<Settings>) => Settings,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now()
  if (options.gold < minGold)
    throw new Fault('FLY_USAGE', `--gold ${options.gold} is too few to train and evaluate on: give at least ${minGold}`)
  const questions = options.data === undefined ? deskQuestions() : csvQuestions(options.data)
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'flywheel-'))
  mkdirSync(home, { recursive: true })
  // A demo's log lines are its story; services speak up only when something is wrong.
  const settings = settingsOf({ home, logLevel: 'error' })
  const run: DemoRunOptions = {
    seed: options.seed,
    data: questions.name,
    gold: options.gold,
    sampling: options.sampling,
  }
  const printLine = (line: string): void => void process.stderr.write(`${line}\n`)
  const world = await openRuntime(settings)
  const stopServices = new AbortController()
  const stop = AbortSignal.any([signal, stopServices.signal])
  try {
    const wheel =
      settings.kafka === undefined
        ? await runInProcess(world, allServices, stop)
        : ((await findRunningServices(world, allServices, stop)) ?? (await runAsProcesses(world, allServices, stop)))
    wheel.done.catch(() => stopServices.abort())
    printLine(`seed ${run.seed}, ${run.data}, ${run.gold} gold answers, ${run.sampling} sampling; home ${home}`)
    printLine(`console: ${wheel.urlOf('console')}`)
    const agent = await resolveAgentName(home, world, stop)
    const ledger = openProgressStore(home, run, agent)
    const api = createApi(
      {
        ingest: wheel.urlOf('ingest'),
        gateway: wheel.urlOf('gateway'),
        annotation: wheel.urlOf('annotation'),
        key: settings.apiKey,
      },
      stop,
    )
    const watch = await watchAgent(world, agent, followed => printEvent(followed, printLine), stop)
    await Promise.race([
      runScenario(
        { api, watch, ledger, questions, report: printLine, waitUntilDrained: createDrainWaiter(world, stop) },
        stop,
      ),
      wheel.done,
    ])
    const result = {
      ...(await demoSummary(world, run, ledger.progress(), ledger.acknowledged())),
      seconds: (performance.now() - started) / 1000,
    }
    printLine(progressTable(ledger.progress()))
    if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`)
    if (!options.once) {
      printLine(`The wheel stays up; console: ${wheel.urlOf('console')} (Ctrl-C ends it)`)
      await wheel.done
    }
    stopServices.abort()
    await wheel.done
  } finally {
    stopServices.abort()
    await world.close()
  }
}

/** A home keeps its agent; a new one takes a name that the log does not know yet, since agents never mix. */
async function resolveAgentName(home: string, world: Runtime, signal: AbortSignal): Promise<string> {
  const file = join(home, 'desk', 'progress.json')
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as DemoProgress).agent
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
