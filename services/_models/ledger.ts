import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Fault } from '#runtime/core/faults.ts'

/**
 * What all processes that share a home folder must know of each other's calls: the tokens that each service spent on a day,
 * and which object of the store holds the answer to a prompt. It outlives restarts: a loop of them spends one budget.
 */
export type ModelLedger = {
  /** Takes tokens from the budget of a service and day, `2026-11-24`; false, and nothing taken, where it has fewer left. */
  readonly reserve: (service: string, day: string, tokens: number, budget: number) => boolean
  /** Gives back what was taken and not used. */
  readonly release: (service: string, day: string, tokens: number) => void
  readonly storeAnswer: (prompt: string, object: string) => void
  readonly findAnswer: (prompt: string) => string | undefined
  readonly close: () => void
}

const tablesSql = `
  CREATE TABLE IF NOT EXISTS spent (service TEXT, day TEXT, tokens INTEGER NOT NULL, PRIMARY KEY (service, day)) STRICT;
  CREATE TABLE IF NOT EXISTS answers (prompt TEXT PRIMARY KEY, object TEXT NOT NULL) STRICT;
`
/** How long another process may hold the file. */
const busyTimeoutMs = 5_000

/** Faults: FLY_STORE when the file cannot be used. */
export function openModelLedger(home: string): ModelLedger {
  const db = orFault(() => {
    mkdirSync(home, { recursive: true })
    const opened = new DatabaseSync(join(home, 'language-model.sqlite'), { timeout: busyTimeoutMs })
    opened.exec(tablesSql)
    return opened
  })
  const take = db.prepare(
    `INSERT INTO spent (service, day, tokens) SELECT :service, :day, :tokens WHERE :tokens <= :budget
     ON CONFLICT DO UPDATE SET tokens = tokens + :tokens WHERE tokens + :tokens <= :budget`,
  )
  const giveBack = db.prepare('UPDATE spent SET tokens = tokens - ? WHERE service = ? AND day = ?')
  const remember = db.prepare('INSERT INTO answers (prompt, object) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const recall = db.prepare('SELECT object FROM answers WHERE prompt = ?')
  return {
    reserve: (service, day, tokens, budget) => orFault(() => take.run({ service, day, tokens, budget }).changes === 1),
    release: (service, day, tokens) => orFault(() => void giveBack.run(tokens, service, day)),
    storeAnswer: (prompt, object) => orFault(() => void remember.run(prompt, object)),
    findAnswer: prompt => orFault(() => recall.get(prompt)?.['object'] as string | undefined),
    close: () => db.close(),
  }
}

function orFault<T>(use: () => T): T {
  try {
    return use()
  } catch (error) {
    throw new Fault('FLY_STORE', `the ledger of model calls cannot be used: ${String(error)}`, {}, error)
  }
}
