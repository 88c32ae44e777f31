import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'
import { bearerHeader } from '#runtime/http/bearer.ts'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { createApi } from '#services/_desk/api.ts'
import { type DemoRunOptions, openProgressStore, savedAgent } from '#services/_desk/progress-store.ts'
import { csvQuestions, deskQuestions, type QuestionSet } from '#services/_desk/questions.ts'
import { runScenario } from '#services/_desk/scenario.ts'
import { watchAgent } from '#services/_desk/watch.ts'
import { serviceNames } from '#topology/derive/definitions.ts'
import { topic } from '#topology/topic-names.ts'
import { printLines } from '../output.ts'
import {
  createDrainWaiter,
  findRunningServices,
  type RunningServices,
  runAsProcesses,
  runInProcess,
} from '../run/start-services.ts'
import { eventLine } from './event-lines.ts'
import { nextCommands } from './next-commands.ts'
import { demoSummary, progressTable } from './report.ts'

type DemoOptions = {
  readonly once: boolean
  readonly json: boolean
  readonly data?: string
  readonly gold: number
  readonly sampling: 'active' | 'random'
  readonly seed: number
}

const minGold = 40

/** The home folder of a demo: the given one, else a new temporary folder. */
export const demoHome = (given: string | undefined): string => given || mkdtempSync(join(tmpdir(), 'flywheel-'))

/**
 * Runs all services on simulated customers and reviewers until every round is done. Prints events as they happen, and at the
 * end the planner's quality after each round. In the home of an interrupted demo it continues that demo.
 */
export async function demo(options: DemoOptions, settings: Settings, signal: AbortSignal): Promise<void> {
  const { gold, seed, sampling, data } = options
  if (gold < minGold)
    throw new Fault('FLY_USAGE', `--gold ${gold} is too few to train and evaluate on: give at least ${minGold}`)
  const questions = data === undefined ? deskQuestions() : csvQuestions(data)
  mkdirSync(settings.home, { recursive: true })
  const runtime = await openRuntime(settings)
  const stopServices = new AbortController()
  const stop = AbortSignal.any([signal, stopServices.signal])
  try {
    const services = await startAll(runtime, stop)
    services.done.catch(() => stopServices.abort())
    await runDemo(runtime, services, questions, { seed, data: questions.name, gold, sampling }, options, stop)
    if (!options.once) {
      printProgress(`The services stay up; console: ${services.urlOf('console')} (Ctrl-C stops them)`)
      await services.done
    }
    stopServices.abort()
    await services.done
  } finally {
    stopServices.abort()
    await runtime.close()
  }
}

/** The result goes to stdout, everything else to stderr. */
const printProgress = (line: string): void => void process.stderr.write(`${line}\n`)

async function startAll(runtime: Runtime, stop: AbortSignal): Promise<RunningServices> {
  if (runtime.settings.kafka === undefined) return runInProcess(runtime, serviceNames, stop)
  return (await findRunningServices(runtime, serviceNames, stop)) ?? runAsProcesses(runtime, serviceNames, stop)
}

async function runDemo(
  runtime: Runtime,
  services: RunningServices,
  questions: QuestionSet,
  run: DemoRunOptions,
  { once, json }: DemoOptions,
  stop: AbortSignal,
): Promise<void> {
  const started = performance.now()
  const { settings } = runtime
  printProgress(
    `seed ${run.seed}, ${run.data}, ${run.gold} gold answers, ${run.sampling} sampling; home ${settings.home}`,
  )
  printProgress(`console: ${services.urlOf('console')}`)
  const agent = await resolveAgentName(settings.home, runtime, stop)
  const store = openProgressStore(settings.home, run, agent)
  const api = createApi(
    {
      ingest: services.urlOf('ingest'),
      gateway: services.urlOf('gateway'),
      annotation: services.urlOf('annotation'),
      headers: bearerHeader(settings.apiKey),
    },
    stop,
  )
  const watch = await watchAgent(
    runtime,
    agent,
    event => {
      const line = eventLine(event)
      if (line !== undefined) printProgress(`  ${line}`)
    },
    stop,
  )
  const waitUntilDrained = createDrainWaiter(runtime, stop)
  const desk = { api, watch, store, questions, report: printProgress, waitUntilDrained }
  await Promise.race([runScenario(desk, stop), services.done])

  const progress = store.progress()
  const summary = await demoSummary(runtime.log, run, progress, store.acknowledged())
  printProgress(progressTable(progress))
  printProgress(nextCommands(settings, once ? undefined : services.urlOf('console')))
  if (json) printLines([JSON.stringify({ ...summary, seconds: (performance.now() - started) / 1000 })])
}

/** The agent of the demo that the home holds. For a new demo a name that the log does not contain yet: agents never mix. */
async function resolveAgentName(home: string, { log }: Runtime, signal: AbortSignal): Promise<string> {
  const saved = savedAgent(home)
  if (saved !== undefined) return saved
  const taken = new Set<string>()
  const addNames = (records: readonly LogRecord[]): void => {
    for (const { key } of records) if (key) taken.add(key.toString())
  }
  await log.read([topic.agents], { from: 'beginning', follow: false }, addNames, signal)
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'desk' : `desk-${number}`
    if (!taken.has(name)) return name
  }
}
