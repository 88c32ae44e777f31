import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import { createDrainWaiter, runInProcess } from '#services/_cli/run/start-services.ts'
import { createApi } from '#services/_desk/api.ts'
import { type DemoRunOptions, openProgressStore } from '#services/_desk/progress-store.ts'
import type { QuestionSet } from '#services/_desk/questions.ts'
import { runScenario } from '#services/_desk/scenario.ts'
import { watchAgent } from '#services/_desk/watch.ts'
import { serviceNames } from '#topology/derive/definitions.ts'
import { topic } from '#topology/topic-names.ts'

export const options: DemoRunOptions = { seed: 3, data: 'journey', gold: 240, sampling: 'active' }

/** Four tools of a help desk, each with many phrasings that differ in words: learnt in seconds. */
export function journeyQuestions(): QuestionSet {
  const topics = {
    card_lost: [
      'my card is lost',
      'I cannot find my card',
      'someone stole my card',
      'card gone missing',
      'left my card in a taxi',
    ],
    top_up: ['add money', 'top up my balance', 'put cash on it', 'load funds', 'my top up failed'],
    exchange: [
      'what is the rate',
      'change euros to dollars',
      'convert currency',
      'foreign exchange price',
      'swap pounds for yen',
    ],
    close: [
      'close my account',
      'I want to leave',
      'delete everything about me',
      'stop being a customer',
      'end my membership',
    ],
  }
  const when = [
    'today',
    'please',
    'right now',
    'as soon as you can',
    'this morning',
    'for my mother',
    'again',
    'after work',
  ]
  const how = [
    'how do I do that',
    'can you help',
    'what must I do',
    'hello',
    'is that possible',
    'thanks',
    'hi there',
    'quick one',
  ]
  const questions = Object.entries(topics).flatMap(([tool, phrases]) =>
    phrases.flatMap(phrase => when.flatMap(time => how.map(ask => ({ turns: [`${phrase} ${time} ${ask}`], tool })))),
  )
  const isHeldOut = (at: number): boolean => at % 5 === 4
  return {
    name: options.data,
    // The descriptions say nothing, so everything that is planned right later was learnt.
    tools: Object.keys(topics).map((name, at) => ({ name, description: `department ${at}` })),
    training: questions.filter((_question, at) => !isHeldOut(at)),
    heldOut: questions.filter((_question, at) => isHeldOut(at)),
    canRephrase: false,
  }
}

/** Runs all services and the whole scenario in this process, on the log of the settings. Returns what to check. */
export async function runJourney(home: string, more: Record<string, string> = {}) {
  const questions = journeyQuestions()
  const settings = readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'error', ...more })
  const runtime = await openRuntime(settings)
  const stop = new AbortController()
  try {
    const services = await runInProcess(runtime, serviceNames, stop.signal)
    const url = services.urlOf('ingest')
    const store = openProgressStore(home, options, 'journey')
    const watch = await watchAgent(runtime, 'journey', () => {}, stop.signal)
    const api = createApi({ ingest: url, gateway: url, annotation: url }, stop.signal)
    const desk = {
      api,
      watch,
      store,
      questions,
      report: () => {},
      waitUntilDrained: createDrainWaiter(runtime, stop.signal),
    }
    await Promise.race([runScenario(desk, stop.signal), services.done])
    const { base, rounds } = store.progress()
    const count = (name: string) => countRecords(runtime.log, name)
    const logged = (await count(topic.chatLogs)) + (await count(topic.escalations)) + (await count(topic.feedback))
    const status = (await (await fetch(`${url}/v1/status`)).json()) as {
      services: { name: string; lagRecords: number }[]
    }
    stop.abort()
    await services.done
    const last = rounds.at(-1)
    return { base, rounds, last, seen: watch.seen, accepted: store.acknowledged(), logged, status }
  } finally {
    stop.abort()
    await runtime.close()
  }
}

/** The same questions as CSV files, for commands with `--data`. */
export function folderOfQuestions(folder: string): string {
  const { training, heldOut } = journeyQuestions()
  const csv = (rows: QuestionSet['training']): string =>
    ['text,category', ...rows.map(({ turns, tool }) => `"${turns.at(-1)}",${tool}`), ''].join('\n')
  writeFileSync(join(folder, 'train.csv'), csv(training))
  writeFileSync(join(folder, 'test.csv'), csv(heldOut))
  return folder
}
