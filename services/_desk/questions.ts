import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { Fault } from '#runtime/core/faults.ts'
import { hashFraction } from '#runtime/core/identity.ts'
import { tools as deskTools } from './tools.ts'

/** What a customer wants to know, with the truth that only customers and reviewers have. */
export type Question = {
  /** The customer's turns; the last one is the question. */
  readonly turns: readonly string[]
  readonly tool: string
}

export type QuestionSet = {
  readonly name: string
  readonly tools: readonly { readonly name: string; readonly description: string }[]
  /** What customers ask in training traffic. */
  readonly training: readonly Question[]
  /** Never asked in traffic: what every planner is measured on. */
  readonly heldOut: readonly Question[]
  /** Customers can say the same thing in other words. */
  readonly canRephrase: boolean
}

/** The brokerage's support desk: hand-written phrasings, a file for each tool. */
export function deskQuestions(): QuestionSet {
  const folder = new URL('./phrasings/', import.meta.url)
  const training: Question[] = []
  const heldOut: Question[] = []
  for (const file of readdirSync(folder).sort()) {
    const [seen = '', unseen = ''] = readFileSync(new URL(file, folder), 'utf8').split('# held-out\n')
    const questions = (text: string): Question[] =>
      text
        .split('\n')
        .filter(line => line !== '' && !line.startsWith('#'))
        .map(line => ({ turns: line.split(' | '), tool: file.replace('.txt', '') }))
    training.push(...questions(seen))
    heldOut.push(...questions(unseen).map((question, at) => fillSlots(question, `held-out/${file}/${at}`)))
  }
  return { name: 'desk', tools: deskTools, training, heldOut, canRephrase: true }
}

const slotValues: Record<string, readonly string[]> = {
  amount: ['$250', '$1,250.00', '$90.50', '$15,000', '$4,800', '$600', '$72,300', '$33.10'],
  ticker: ['AAPL', 'MSFT', 'TSLA', 'VTI', 'KO', 'NVDA', 'SCHD', 'F', 'DIS', 'VOO', 'BRK.B', 'QQQ'],
  date: ['March 3', 'last Tuesday', '04/15', 'June 30', 'Nov 12', 'the 1st', 'January 2', 'next Friday'],
  quantity: ['10', '40', '100', '250', '3', '75', '1,000', '12'],
  percent: ['5%', '2.5%', '10%', '0.75%', '20%', '3%'],
}

/** Fills `{amount}`, `{ticker}`, `{date}`, `{quantity}` and `{percent}` with values derived from `id`. */
export function fillSlots(question: Question, id: string): Question {
  const value = (slot: string): string => {
    const values = slotValues[slot] ?? []
    return values[Math.floor(hashFraction(`desk/slot/${slot}`, id) * values.length)] ?? slot
  }
  return {
    ...question,
    turns: question.turns.map(turn => turn.replace(/\{(\w+)\}/g, (_all, slot: string) => value(slot))),
  }
}

/** Questions from `DIR/train.csv` and `DIR/test.csv`, columns `text,category`. FLY_USAGE naming file, line and fix. */
export function csvQuestions(folder: string): QuestionSet {
  const training = readCsv(`${folder}/train.csv`)
  const heldOut = readCsv(`${folder}/test.csv`)
  const names = [...new Set(training.map(({ tool }) => tool))].sort()
  const unknown = heldOut.find(({ tool }) => !names.includes(tool))
  if (unknown) throw new Fault('FLY_USAGE', `${folder}/test.csv: category ${unknown.tool} does not occur in train.csv`)
  const tools = names.map(name => ({ name, description: name.replaceAll('_', ' ') }))
  return { name: folder, tools, training, heldOut, canRephrase: false }
}

function readCsv(path: string): Question[] {
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
  if (header.length !== 2 || !header.includes('text') || !header.includes('category'))
    throw new Fault(
      'FLY_USAGE',
      `${path}: line 1 has columns ${header.join(',') || 'none'}; it must have text,category`,
    )
  if (rows.length === 0) throw new Fault('FLY_USAGE', `${path}: no rows below the header; give at least one question`)
  return rows.map((row, at) => {
    const [text, tool] = [row[header.indexOf('text')]?.trim(), row[header.indexOf('category')]?.trim()]
    if (!text || !tool)
      throw new Fault(
        'FLY_USAGE',
        `${path}: row ${at + 2} has no ${text ? 'category' : 'text'}; fill it or remove the row`,
      )
    return { turns: [text], tool }
  })
}
