import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Fault } from '#runtime/core/faults.ts'

/**
 * The tokens that each service has used on a day, and the object that holds the answer to a prompt. Shared by all processes with the same
 * data folder, and kept over restarts, so that a process that restarts again and again has one budget.
 */
export type ModelLedger = {
  /** Reserves tokens of a service on a day (`2026-11-24`). Returns false, and reserves nothing, when the budget has fewer left. */
  readonly reserve: (service: string, day: string, tokens: number, budget: number) => boolean
  /** Returns tokens that were reserved and not used. */
  readonly release: (service: string, day: string, tokens: number) => void
  readonly storeAnswer: (prompt: string, object: string) => void
  readonly findAnswer: (prompt: string) => string | undefined
  readonly close: () => void
}

const tablesSql = `
  CREATE TABLE IF NOT EXISTS spent (service TEXT, day TEXT, tokens INTEGER NOT NULL, PRIMARY KEY (service, day)) STRICT;
  CREATE TABLE IF NOT EXISTS answers (prompt TEXT PRIMARY KEY, object TEXT NOT NULL) STRICT;
`
/** How long to wait while another process writes to the file. */
const busyTimeoutMs = 5_000

/** Opens the ledger of a data folder. FLY_STORE when the file cannot be used. */
export function openModelLedger(home: string): ModelLedger {
  const db = withStoreFault(() => {
    mkdirSync(home, { recursive: true })
    const opened = new DatabaseSync(join(home, 'language-model.sqlite'), { timeout: busyTimeoutMs })
    opened.exec(tablesSql)
    return opened
  })
  const reserveTokens = db.prepare(
    `INSERT INTO spent (service, day, tokens) SELECT :service, :day, :tokens WHERE :tokens <= :budget
     ON CONFLICT DO UPDATE SET tokens = tokens + :tokens WHERE tokens + :tokens <= :budget`,
  )
  const releaseTokens = db.prepare('UPDATE spent SET tokens = tokens - ? WHERE service = ? AND day = ?')
  const insertAnswer = db.prepare('INSERT INTO answers (prompt, object) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const selectAnswer = db.prepare('SELECT object FROM answers WHERE prompt = ?')
  return {
    reserve: (service, day, tokens, budget) =>
      withStoreFault(() => reserveTokens.run({ service, day, tokens, budget }).changes === 1),
    release: (service, day, tokens) => withStoreFault(() => void releaseTokens.run(tokens, service, day)),
    storeAnswer: (prompt, object) => withStoreFault(() => void insertAnswer.run(prompt, object)),
    findAnswer: prompt => withStoreFault(() => selectAnswer.get(prompt)?.['object'] as string | undefined),
    close: () => db.close(),
  }
}

function withStoreFault<T>(use: () => T): T {
  try {
    return use()
  } catch (error) {
    throw new Fault('FLY_STORE', `the ledger of model calls cannot be used: ${String(error)}`, {}, error)
  }
}
