import { deriveId, hashFraction } from '#runtime/core/identity.ts'
import type { Api } from './api.ts'
import { fillSlots, type Question, type QuestionSet } from './questions.ts'

/** How customers react; probabilities. */
const behaviour = {
  afterWrongPlan: { escalate: 0.08, thumbsDown: 0.2, askAgain: 0.2 },
  afterRightPlan: { thumbsUp: 0.15 },
  maxTurns: 2,
} as const

export type Conversation = { readonly id: string; readonly question: Question }

/**
 * Who comes in a round. Phrasings follow a long-tailed mix of tools (Zipf) whose head drifts from round to round; rows of
 * a file come once each, `share` of them in `round` after those of the rounds before.
 */
export function conversationsOf(
  questions: QuestionSet,
  seed: number,
  round: number,
  shares: readonly number[],
  chats: number,
): Conversation[] {
  const id = (at: number): string => deriveId('desk/conversation/v1', questions.name, seed, round, at)
  if (!questions.canRephrase) {
    const shuffled = questions.training
      .map((question, at) => ({ question, order: hashFraction(`desk/order/${seed}`, String(at)) }))
      .sort((a, b) => a.order - b.order)
    const total = shares.reduce((sum, share) => sum + share, 0)
    const before = shares.slice(0, round).reduce((sum, share) => sum + share, 0) / total
    const until = before + (shares[round] ?? 0) / total
    return shuffled
      .slice(Math.round(before * shuffled.length), Math.round(until * shuffled.length))
      .map(({ question }, at) => ({ id: id(at), question }))
  }
  const mix = toolMix(
    questions.tools.map(({ name }) => name),
    seed,
    round,
  )
  return Array.from({ length: chats }, (_none, at) => {
    const tool = pickTool(mix, hashFraction('desk/tool/v1', id(at)))
    return { id: id(at), question: phrasing(questions, tool, id(at)) }
  })
}

/** Cumulative shares of tools: the k-th most frequent has a share of 1 / (k + 6); each round moves the ranks by an eighth. */
function toolMix(tools: readonly string[], seed: number, round: number): (readonly [string, number])[] {
  const ranked = tools
    .map((tool, at) => ({ tool, at, order: hashFraction(`desk/rank/${seed}`, tool) }))
    .sort((a, b) => a.order - b.order)
  const drift = Math.floor((tools.length / 8) * round)
  const weights = ranked.map((_tool, at) => 1 / (((at + drift) % tools.length) + 6))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let cumulative = 0
  return ranked.map(({ tool }, at) => {
    cumulative += (weights[at] ?? 0) / total
    return [tool, cumulative] as const
  })
}

const pickTool = (mix: readonly (readonly [string, number])[], at: number): string =>
  mix.find(([, until]) => at < until)?.[0] ?? mix.at(-1)?.[0] ?? ''

function phrasing(questions: QuestionSet, tool: string, id: string): Question {
  const own = questions.training.filter(question => question.tool === tool)
  const chosen = own[Math.floor(hashFraction('desk/phrasing/v1', id) * own.length)]
  return fillSlots(chosen ?? { turns: [''], tool }, id)
}

/** One customer's visit: asks, and where the plan is wrong asks again, rates badly or is escalated. Returns the acknowledged event ids. */
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
    if (plan.tool === question.tool) {
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
