import { at } from '#runtime/core/checked.ts'
import { deriveId, hashFraction } from '#runtime/core/identity.ts'
import type { Api } from './api.ts'
import { fillSlots, type Question, type QuestionSet } from './questions.ts'

/** How customers react, as probabilities. */
const behaviour = {
  afterWrongPlan: { escalate: 0.08, thumbsDown: 0.2, askAgain: 0.2 },
  afterRightPlan: { thumbsUp: 0.15 },
  maxTurns: 2,
} as const

export type Conversation = { readonly id: string; readonly question: Question }

/**
 * The conversations of a round. The desk's own questions follow a long-tailed distribution of tools (Zipf) whose head moves
 * from round to round. Rows of a file are asked once each: a round asks its part of `shares`, after the rounds before it.
 */
export function conversationsOf(
  questions: QuestionSet,
  seed: number,
  round: number,
  shares: readonly number[],
  chats: number,
): Conversation[] {
  const id = (index: number): string => deriveId('desk/conversation/v1', questions.name, seed, round, index)
  if (!questions.canRephrase) {
    const shuffled = questions.training
      .map((question, index) => ({ question, order: hashFraction(`desk/order/${seed}`, String(index)) }))
      .sort((a, b) => a.order - b.order)
    const total = shares.reduce((sum, share) => sum + share, 0)
    const before = shares.slice(0, round).reduce((sum, share) => sum + share, 0) / total
    const until = before + at(shares, round) / total
    return shuffled
      .slice(Math.round(before * shuffled.length), Math.round(until * shuffled.length))
      .map(({ question }, index) => ({ id: id(index), question }))
  }
  const mix = toolMix(
    questions.tools.map(({ name }) => name),
    seed,
    round,
  )
  return Array.from({ length: chats }, (_none, index) => {
    const tool = pickTool(mix, hashFraction('desk/tool/v1', id(index)))
    return { id: id(index), question: phrasing(questions, tool, id(index)) }
  })
}

/** Cumulative shares of tools: the k-th most frequent has weight 1 / (k + 6); each round shifts the ranks by an eighth. */
function toolMix(tools: readonly string[], seed: number, round: number): (readonly [string, number])[] {
  const ranked = tools
    .map(tool => ({ tool, order: hashFraction(`desk/rank/${seed}`, tool) }))
    .sort((a, b) => a.order - b.order)
  const drift = Math.floor((tools.length / 8) * round)
  const weighted = ranked.map(({ tool }, rank) => ({ tool, weight: 1 / (((rank + drift) % tools.length) + 6) }))
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0)
  let cumulative = 0
  return weighted.map(({ tool, weight }) => {
    cumulative += weight / total
    return [tool, cumulative] as const
  })
}

/** The last tool where rounding leaves the sum of the shares below the fraction. */
function pickTool(mix: readonly (readonly [string, number])[], fraction: number): string {
  const [tool] = mix.find(([, until]) => fraction < until) ?? at(mix, mix.length - 1)
  return tool
}

function phrasing(questions: QuestionSet, tool: string, id: string): Question {
  const own = questions.training.filter(question => question.tool === tool)
  return fillSlots(at(own, Math.floor(hashFraction('desk/phrasing/v1', id) * own.length)), id)
}

/** One customer asks, and after a wrong plan asks again, rates it down or is escalated. Returns the acknowledged event ids. */
export async function runConversation(
  api: Api,
  questions: QuestionSet,
  agent: string,
  { id, question }: Conversation,
): Promise<string[]> {
  const acknowledged: string[] = []
  let turns = question.turns
  for (let ask = 0; ask < behaviour.maxTurns; ask++) {
    const plan = await api.ask({
      agent,
      conversationId: id,
      turn: question.turns.length - 1 + ask,
      userId: `customer-${id.slice(0, 8)}`,
      turns,
    })
    acknowledged.push(plan.turnId)
    const chance = (what: string): number => hashFraction(`desk/${what}/v1`, plan.turnId)
    const about = { agent, conversationId: id, turnId: plan.turnId }
    if (plan.calls[0]?.tool === question.tool) {
      if (chance('thumbs-up') < behaviour.afterRightPlan.thumbsUp)
        acknowledged.push(await api.rate({ ...about, rating: 'up' }))
      break
    }
    if (chance('thumbs-down') < behaviour.afterWrongPlan.thumbsDown)
      acknowledged.push(await api.rate({ ...about, rating: 'down' }))
    if (chance('escalate') < behaviour.afterWrongPlan.escalate) {
      acknowledged.push(await api.escalate({ ...about, reason: 'the customer asked for a person' }))
      break
    }
    if (!questions.canRephrase || chance('again') >= behaviour.afterWrongPlan.askAgain) break
    turns = [...turns, ...phrasing(questions, question.tool, `${id}/${ask}`).turns].slice(-4)
  }
  return acknowledged
}
