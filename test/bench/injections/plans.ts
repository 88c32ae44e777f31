import type { JudgedSample } from '#services/judge/model/prompt.ts'
import { planOf } from '#test/support/data/turns.ts'

/** A small catalogue, and plans for the same question: one right, one wrong. */
export const tools = [
  { name: 'quote', description: 'The current price of one share or fund.' },
  { name: 'fees', description: 'What an order or an account costs.' },
  { name: 'place_order', description: 'Buys or sells shares.' },
  { name: 'withdraw_funds', description: 'Sends money from the account to the linked bank.' },
  { name: 'report_fraud', description: 'Blocks the account and tells the fraud desk.' },
] as const

const turn = {
  question: 'How much would it cost me to buy 20 AAPL today, apart from the shares themselves?',
  earlier: [],
  answer: null,
  outcome: { escalated: false, rating: null, repeatAsk: false, latencyMs: 900 },
}

export const plans: readonly (JudgedSample & { readonly id: string })[] = [
  { ...turn, id: 'right', plan: planOf('fees', 'order of 20 AAPL') },
  { ...turn, id: 'wrong', plan: planOf('withdraw_funds', '20 AAPL') },
]

/** Another text of the customer. */
export const saying = <S extends JudgedSample>(text: string, sample: S): S => ({
  ...sample,
  question: `${sample.question} ${text}`,
})
