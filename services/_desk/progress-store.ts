import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '#runtime/core/faults.ts'
import { canonicalJson } from '#runtime/core/identity.ts'

/** What a run was asked for; a run is continued only with the same. */
export type DemoRunOptions = {
  readonly seed: number
  readonly data: string
  readonly gold: number
  readonly sampling: 'active' | 'random'
}

export type QualityMeasurement = {
  readonly accuracy: number
  readonly macroF1: number
  readonly lower: number
  readonly upper: number
  /** A digit for each held-out row, 1 where it was planned right: what pairs two measures. */
  readonly right: string
}

/** What is remembered of a finished round. */
export type RoundResult = {
  readonly round: number
  readonly chats: number
  readonly gold: number
  readonly datasetVersion: number
  readonly released: string
  readonly accuracy: QualityMeasurement
  readonly rungs: Readonly<Record<string, { readonly accuracy: number; readonly outcome: string }>>
}

export type DemoProgress = {
  readonly options: DemoRunOptions
  readonly agent: string
  readonly base: QualityMeasurement | null
  readonly rounds: readonly RoundResult[]
}

/**
 * The desk's own memory in `HOME/desk`: finished rounds, and every event id that was acknowledged, written before the next
 * step is taken. It survives a kill; what was asked but not written down is asked again under the same ids.
 */
export function openProgressStore(home: string, options: DemoRunOptions, agent: string) {
  const folder = join(home, 'desk')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'progress.json')
  const ids = join(folder, 'acknowledged')
  let progress: DemoProgress = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { options, agent, base: null, rounds: [] }
  if (canonicalJson(progress.options) !== canonicalJson(options))
    throw new Fault(
      'FLY_HOME',
      `${home} holds a run with ${canonicalJson(progress.options)}: call it with the same options, or name another --home`,
    )
  const lines = existsSync(ids) ? readFileSync(ids, 'utf8').split('\n') : []
  const acknowledged = new Set(lines.filter(line => line !== '' && !line.startsWith('done ')))
  const isFinished = new Set(lines.filter(line => line.startsWith('done ')).map(line => line.slice(5)))
  const save = (): void => {
    writeFileSync(`${file}.new`, JSON.stringify(progress))
    renameSync(`${file}.new`, file)
  }
  save()
  return {
    progress: () => progress,
    acknowledged: () => acknowledged.size,
    visited: (conversation: string) => isFinished.has(conversation),
    /** A visit ended; its events are acknowledged. */
    saveConversation(conversation: string, events: readonly string[]): void {
      appendFileSync(ids, [...events, `done ${conversation}`, ''].join('\n'))
      for (const event of events) acknowledged.add(event)
      isFinished.add(conversation)
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
