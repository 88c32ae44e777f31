import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { at } from '#runtime/core/checked.ts'
import { Fault } from '#runtime/core/faults.ts'
import { hashFraction } from '#runtime/core/identity.ts'
import { tools as deskTools } from './tools.ts'

/** A customer's question and the right tool, which only customers and reviewers know. */
export type Question = {
  /** The customer's turns; the last one is the question. */
  readonly turns: readonly string[]
  readonly tool: string
}

export type QuestionSet = {
  readonly name: string
  readonly tools: readonly { readonly name: string; readonly description: string }[]
  /** What customers ask in production. */
  readonly training: readonly Question[]
  /** Never asked in production: every planner is measured on these. */
  readonly heldOut: readonly Question[]
  /** Whether customers can ask for the same tool in other words. */
  readonly canRephrase: boolean
}

/** The support desk of a brokerage: hand-written phrasings, one file per tool in `phrasings/`. */
export function deskQuestions(): QuestionSet {
  const folder = new URL('./phrasings/', import.meta.url)
  const training: Question[] = []
  const heldOut: Question[] = []
  for (const file of readdirSync(folder).sort()) {
    const [asked, unasked] = splitHeldOut(file, readFileSync(new URL(file, folder), 'utf8'))
    const questions = (text: string): Question[] =>
      text
        .split('\n')
        .filter(line => line !== '' && !line.startsWith('#'))
        .map(line => ({ turns: line.split(' | '), tool: file.replace('.txt', '') }))
    training.push(...questions(asked))
    heldOut.push(...questions(unasked).map((question, index) => fillSlots(question, `held-out/${file}/${index}`)))
  }
  return { name: 'desk', tools: deskTools, training, heldOut, canRephrase: true }
}

function splitHeldOut(file: string, text: string): readonly [asked: string, heldOut: string] {
  const [asked, heldOut, ...more] = text.split('# held-out\n')
  if (asked !== undefined && heldOut !== undefined && more.length === 0) return [asked, heldOut]
  throw new Fault('FLY_BUG', `${file} must have one line "# held-out"`)
}

const slotValues: Readonly<Record<string, readonly string[]>> = {
  amount: ['$250', '$1,250.00', '$90.50', '$15,000', '$4,800', '$600', '$72,300', '$33.10'],
  ticker: ['AAPL', 'MSFT', 'TSLA', 'VTI', 'KO', 'NVDA', 'SCHD', 'F', 'DIS', 'VOO', 'BRK.B', 'QQQ'],
  date: ['March 3', 'last Tuesday', '04/15', 'June 30', 'Nov 12', 'the 1st', 'January 2', 'next Friday'],
  quantity: ['10', '40', '100', '250', '3', '75', '1,000', '12'],
  percent: ['5%', '2.5%', '10%', '0.75%', '20%', '3%'],
}

/** Fills `{amount}`, `{ticker}`, `{date}`, `{quantity}` and `{percent}` with values derived from `id`. FLY_BUG for others. */
export function fillSlots(question: Question, id: string): Question {
  const value = (slot: string): string => {
    const values = slotValues[slot]
    if (values === undefined) throw new Fault('FLY_BUG', `a phrasing has the unknown slot {${slot}}`)
    return at(values, Math.floor(hashFraction(`desk/slot/${slot}`, id) * values.length))
  }
  return {
    ...question,
    turns: question.turns.map(turn => turn.replace(/\{(\w+)\}/g, (_all, slot: string) => value(slot))),
  }
}

/** Questions from `DIR/train.csv` and `DIR/test.csv`, columns `text,category`. FLY_USAGE naming file, line and fix. */
export function csvQuestions(folder: string): QuestionSet {
  const training = readQuestionCsv(`${folder}/train.csv`)
  const heldOut = readQuestionCsv(`${folder}/test.csv`)
  const names = [...new Set(training.map(({ tool }) => tool))].sort()
  const unknown = heldOut.find(({ tool }) => !names.includes(tool))
  if (unknown) throw new Fault('FLY_USAGE', `${folder}/test.csv: category ${unknown.tool} does not occur in train.csv`)
  const tools = names.map(name => ({ name, description: name.replaceAll('_', ' ') }))
  return { name: folder, tools, training, heldOut, canRephrase: false }
}

/** Questions of a CSV file with the columns text and category. FLY_USAGE naming the line and the fix. */
export function readQuestionCsv(path: string): Question[] {
  let rows: string[][]
  try {
    rows = parse(readFileSync(path, 'utf8'), { bom: true, skip_empty_lines: true })
  } catch (error) {
    throw new Fault(
      'FLY_USAGE',
      `${path}: ${error instanceof Error ? error.message : String(error)}; give a CSV file with columns text,category`,
    )
  }
  const header = rows.shift() ?? []
  const [text, category] = [header.indexOf('text'), header.indexOf('category')]
  if (header.length !== 2 || text < 0 || category < 0)
    throw new Fault(
      'FLY_USAGE',
      `${path}: line 1 has columns ${header.join(',') || 'none'}; it must have text,category`,
    )
  if (rows.length === 0) throw new Fault('FLY_USAGE', `${path}: no rows below the header; give at least one question`)
  return rows.map((row, index) => {
    const [question, tool] = [at(row, text).trim(), at(row, category).trim()]
    if (question !== '' && tool !== '') return { turns: [question], tool }
    const empty = question === '' ? 'text' : 'category'
    throw new Fault('FLY_USAGE', `${path}: row ${index + 2} has no ${empty}; fill it or remove the row`)
  })
}
