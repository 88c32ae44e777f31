import { mulberry32 } from '#statistics/random.ts'
import { type Arrival, escalation, rating, turn } from './stream.ts'

const topics = 'quote order tax fees wire login fraud crypto margin alerts bond fund dividend address statement'.split(
  ' ',
)
const fillers = 'please where when how much my today still the last new open second old next'.split(' ')

export type Simulated = {
  readonly stream: readonly Arrival[]
  /** By turn: was the plan right? */
  readonly right: ReadonlyMap<string, boolean>
}

/** A stream whose wrong plans tend to have small margins, and are sometimes escalated or rated, mostly afterwards. */
export function simulated(seed: number, turns: number): Simulated {
  const random = mulberry32(seed)
  const pick = (from: readonly string[]): string => from[Math.floor(random() ** 2 * from.length)] ?? ''
  const right = new Map<string, boolean>()
  const stream = Array.from({ length: turns }, (_none, at) => {
    const id = `s${seed}-${at}`
    const correct = random() < 0.8
    right.set(id, correct)
    const question = `${pick(fillers)} ${pick(fillers)} ${pick(topics)} ${pick(fillers)}`
    const logged = turn(id, { question, tool: pick(topics), margin: correct ? 0.3 + 0.7 * random() : 0.5 * random() })
    if (correct || random() > 0.3) return [logged]
    const remark = random() < 0.3 ? escalation(id) : rating(id, 'down')
    return random() < 0.3 ? [remark, logged] : [logged, remark]
  })
  return { stream: stream.flat(), right }
}
