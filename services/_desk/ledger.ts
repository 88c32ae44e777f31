import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '#runtime/core/faults.ts'
import { canonical } from '#runtime/core/identity.ts'

/** What a run was asked for; a run is continued only with the same. */
export type RunOptions = {
  readonly seed: number
  readonly data: string
  readonly gold: number
  readonly sampling: 'active' | 'random'
}

export type Measure = {
  readonly accuracy: number
  readonly macroF1: number
  readonly lower: number
  readonly upper: number
  /** A digit for each held-out row, 1 where it was planned right: what pairs two measures. */
  readonly right: string
}

/** What is remembered of a finished round. */
export type Round = {
  readonly round: number
  readonly chats: number
  readonly gold: number
  readonly datasetVersion: number
  readonly released: string
  readonly accuracy: Measure
  readonly rungs: Readonly<Record<string, { readonly accuracy: number; readonly outcome: string }>>
}

export type Progress = {
  readonly options: RunOptions
  readonly agent: string
  readonly base: Measure | null
  readonly rounds: readonly Round[]
}

/**
 * The desk's own memory in `HOME/desk`: finished rounds, and every event id that was acknowledged, written before the next
 * step is taken. It survives a kill; what was asked but not written down is asked again under the same ids.
 */
export function openLedger(home: string, options: RunOptions, agent: string) {
  const folder = join(home, 'desk')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'progress.json')
  const ids = join(folder, 'acknowledged')
  let progress: Progress = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { options, agent, base: null, rounds: [] }
  if (canonical(progress.options) !== canonical(options))
    throw new Fault(
      'FLY_HOME',
      `${home} holds a run with ${canonical(progress.options)}: call it with the same options, or name another --home`,
    )
  const lines = existsSync(ids) ? readFileSync(ids, 'utf8').split('\n') : []
  const acknowledged = new Set(lines.filter(line => line !== '' && !line.startsWith('done ')))
  const visited = new Set(lines.filter(line => line.startsWith('done ')).map(line => line.slice(5)))
  const save = (): void => {
    writeFileSync(`${file}.new`, JSON.stringify(progress))
    renameSync(`${file}.new`, file)
  }
  save()
  return {
    progress: () => progress,
    acknowledged: () => acknowledged.size,
    visited: (conversation: string) => visited.has(conversation),
    /** A visit ended; its events are acknowledged. */
    add(conversation: string, events: readonly string[]): void {
      appendFileSync(ids, [...events, `done ${conversation}`, ''].join('\n'))
      for (const event of events) acknowledged.add(event)
      visited.add(conversation)
    },
    measured(base: Measure): void {
      progress = { ...progress, base }
      save()
    },
    finished(round: Round): void {
      progress = { ...progress, rounds: [...progress.rounds, round] }
      save()
    },
  }
}

export type Ledger = ReturnType<typeof openLedger>
