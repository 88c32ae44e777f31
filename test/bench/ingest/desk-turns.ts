import { at } from '#runtime/core/checked.ts'
import { hashFraction } from '#runtime/core/identity.ts'
import type { ChatLogged } from '#schemas/events.ts'
import { conversationsOf } from '#services/_desk/customers.ts'
import { deskQuestions } from '#services/_desk/questions.ts'
import { planOf, userMessage } from '#test/support/data/turns.ts'
import { seed } from '../runtime/fill.ts'
import { createTurns } from '../runtime/records.ts'

/** Turns of a conversation, each with the turns before it as `earlier`. */
const turnsPerConversation = 4

/**
 * Questions of the desk's customers: a long-tailed mix of tools in about 2,000 phrasings with different amounts, names and dates.
 * Identical questions would be no news to the sampler. Margins are uniform.
 */
export function createDeskTurns(agent: string, turns: number) {
  const desk = deskQuestions()
  const asked = conversationsOf({ ...desk, name: agent }, seed, 0, [1], turns).map(({ id, question }) => ({
    id,
    ...question,
  }))
  const textOf = (number: number): string => {
    const { turns: texts } = at(asked, number)
    return at(texts, texts.length - 1)
  }
  const turnOf = createTurns(seed)
  return {
    tools: desk.tools,
    turnOf(number: number, time: number): ChatLogged {
      const first = number - (number % turnsPerConversation)
      const { id, tool } = at(asked, number)
      const plan = planOf(tool, textOf(number), { margin: hashFraction('bench/v1', id) })
      return {
        ...turnOf(number, time),
        ...{ id, agent, conversationId: at(asked, first).id, turn: number - first, plan },
        ...{
          question: textOf(number),
          earlier: Array.from({ length: number - first }, (_, back) => userMessage(textOf(first + back))),
        },
      }
    },
  }
}
