import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Fault } from '#runtime/core/faults.ts'
import { canonicalJson } from '#runtime/core/identity.ts'

const optionsSchema = z.object({
  seed: z.number(),
  data: z.string(),
  gold: z.number(),
  sampling: z.enum(['active', 'random']),
})
const measurementSchema = z.object({
  accuracy: z.number(),
  macroF1: z.number(),
  lower: z.number(),
  upper: z.number(),
  /** A digit per held-out row, 1 where it was planned right; pairs two measurements. */
  right: z.string(),
})
const roundSchema = z.object({
  round: z.number(),
  chats: z.number(),
  gold: z.number(),
  datasetVersion: z.number(),
  /** Digest of the released planner. */
  released: z.string(),
  accuracy: measurementSchema,
  /** The newest candidate of each rung. */
  rungs: z.record(z.string(), z.object({ accuracy: z.number(), outcome: z.string() })),
})
const progressSchema = z.object({
  options: optionsSchema,
  agent: z.string(),
  /** The untuned planner. */
  base: measurementSchema.nullable(),
  rounds: z.array(roundSchema),
})

/** What a demo was started with; it is continued only with the same options. */
export type DemoRunOptions = Readonly<z.infer<typeof optionsSchema>>
export type QualityMeasurement = Readonly<z.infer<typeof measurementSchema>>
/** The result of a finished round. */
export type RoundResult = Readonly<z.infer<typeof roundSchema>>
export type DemoProgress = Readonly<z.infer<typeof progressSchema>>

const progressFile = (home: string): string => join(home, 'desk', 'progress.json')

function loadProgress(home: string): DemoProgress | undefined {
  const file = progressFile(home)
  if (!existsSync(file)) return undefined
  const { data, error } = progressSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (data) return data
  throw new Fault('FLY_HOME', `${file} is of another version: name another --home`, {}, error)
}

/** The agent of the demo in this home; undefined where there is none. FLY_HOME where another version wrote it. */
export const savedAgent = (home: string): string | undefined => loadProgress(home)?.agent

/**
 * The state of a demo in `HOME/desk`: finished rounds (progress.json), and every acknowledged event id (acknowledged), written
 * before the next step. After a kill, what was sent and not written is sent again under the same ids. FLY_HOME where the home
 * holds a demo with other options.
 */
export function openProgressStore(home: string, options: DemoRunOptions, agent: string) {
  const folder = join(home, 'desk')
  mkdirSync(folder, { recursive: true })
  const file = progressFile(home)
  const idFile = join(folder, 'acknowledged')
  let progress: DemoProgress = loadProgress(home) ?? { options, agent, base: null, rounds: [] }
  if (canonicalJson(progress.options) !== canonicalJson(options))
    throw new Fault(
      'FLY_HOME',
      `${home} holds a demo with ${canonicalJson(progress.options)}: use the same options, or name another --home`,
    )
  const lines = existsSync(idFile) ? readFileSync(idFile, 'utf8').split('\n') : []
  const acknowledged = new Set(lines.filter(line => line !== '' && !line.startsWith('done ')))
  const finished = new Set(lines.filter(line => line.startsWith('done ')).map(line => line.slice(5)))
  const save = (): void => {
    writeFileSync(`${file}.new`, JSON.stringify(progress))
    renameSync(`${file}.new`, file)
  }
  save()
  return {
    progress: () => progress,
    acknowledged: () => acknowledged.size,
    isFinished: (conversation: string) => finished.has(conversation),
    /** The conversation ended; all its events are acknowledged. */
    saveConversation(conversation: string, events: readonly string[]): void {
      appendFileSync(idFile, [...events, `done ${conversation}`, ''].join('\n'))
      for (const event of events) acknowledged.add(event)
      finished.add(conversation)
    },
    saveBase(base: QualityMeasurement): void {
      progress = { ...progress, base }
      save()
    },
    saveRound(round: RoundResult): void {
      progress = { ...progress, rounds: [...progress.rounds, round] }
      save()
    },
  }
}

export type ProgressStore = ReturnType<typeof openProgressStore>
