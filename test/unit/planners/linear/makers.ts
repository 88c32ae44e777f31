import type { GoldenExample } from '#planners/linear/model/example-index.ts'
import type { LinearTool } from '#planners/linear/model/manifest.ts'
import type { TooFewRows } from '#planners/tuning.ts'

/** Four tools whose descriptions say little, so that tuning has something to find. */
export const tools: readonly LinearTool[] = [
  { name: 'card_lost', description: 'Lost card.' },
  { name: 'card_arrival', description: 'New card.' },
  { name: 'exchange_rate', description: 'Currency rate.' },
  { name: 'top_up', description: 'Account money.' },
]

const phrasings: Readonly<Record<string, readonly string[]>> = {
  card_lost: [
    'my wallet was stolen',
    'I lost my card on the train',
    'someone stole my bank card',
    'freeze it, my purse is gone',
  ],
  card_arrival: [
    'when does the post bring it',
    'my delivery is late',
    'track the delivery of my card',
    'it has not arrived by post',
  ],
  exchange_rate: [
    'euros for dollars today',
    'how do you convert yen',
    'what is a euro worth in pounds',
    'convert francs to dollars',
  ],
  top_up: [
    'add funds by transfer',
    'put money in with my other card',
    'transfer funds from my bank',
    'funds added but not there',
  ],
}
const endings = ['', ' please', ' now', ' again', ' today', ', is that so?']

/** Labelled questions, `count` in all, tools in turn; every question its own family. */
export function examples(count: number): readonly GoldenExample[] {
  return Array.from({ length: count }, (_, at) => {
    const tool = tools[at % tools.length]?.name ?? ''
    const variant = Math.floor(at / tools.length)
    const texts = phrasings[tool] ?? []
    const question = `${texts[variant % texts.length]}${endings[Math.floor(variant / texts.length) % endings.length]}`
    return { id: `example-${at}`, family: `family-${at}`, tool, question, earlier: [] }
  })
}

/** The result of a rung that had enough rows. */
export function requireTuned<T extends { readonly outcome: 'tuned' }>(result: T | TooFewRows): T {
  if (result.outcome === 'tooFewRows') throw new Error(result.reason)
  return result
}
