import { at } from '#runtime/core/checked.ts'
import { deriveId, seedOf } from '#runtime/core/identity.ts'
import type { ChatLogged } from '#schemas/events.ts'
import { planOf, turnFields, userMessage } from '#test/support/data/turns.ts'

const words = `account balance card transfer payment please cannot yesterday transaction pending why was declined my
statement shows twice the amount fee for abroad exchange rate top up limit identity document verify change address
refund merchant twenty euros café direct debit standing order app crashes log in again thank you`.split(/\s+/)

/** Turns of about 1 KB in Avro, the same for the same seed and number. */
export function createTurns(seed: number): (number: number, at: number) => ChatLogged {
  const sentences = Array.from({ length: 997 }, (_, at) => sentence(seedOf('bench/v1', `${seed}/${at}`)))
  const pick = (number: number): string => at(sentences, number % sentences.length)
  return (number, at) => ({
    id: deriveId('bench/v1', seed, number),
    parents: [],
    at,
    agent: `agent-${number % 8}`,
    conversationId: `conversation-${seed}-${Math.floor(number / 4)}`,
    turn: number % 4,
    userId: `customer-${number % 10_007}`,
    question: pick(number),
    ...turnFields,
    earlier: [userMessage(pick(number * 3 + 1)), userMessage(pick(number * 5 + 2))],
    plan: planOf(`tool-${number % 77}`, pick(number).slice(0, 40), {
      confidence: 0.5 + (number % 50) / 100,
      margin: (number % 100) / 100,
    }),
    answer: [7, 11, 13, 17].map(step => pick(number * step)).join(' '),
    latencyMs: 100 + (number % 900),
    source: 'bench',
    redactions: [],
  })
}

/** About 110 characters, all ASCII in three sentences of four. */
function sentence(seed: number): string {
  let text = ''
  for (let at = seed; text.length < 105; at = (Math.imul(at, 1_664_525) + 1_013_904_223) >>> 0)
    text += `${words[(at >>> 8) % words.length]} `
  return text.trimEnd()
}
