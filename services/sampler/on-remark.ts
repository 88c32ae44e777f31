import type { Decision } from '#runtime/service.ts'
import { keepBounded } from '#runtime/state/bounded.ts'
import type { StateView } from '#runtime/state/state.ts'
import { type Control, chanceAlone, type Facts, initial, spent } from './controller.ts'
import { conversationOf } from './conversation.ts'
import { outcomeOf, type Remark, type TurnSeen, targetOf, withRemark } from './outcome.ts'
import { draw, numberOf, selected } from './pick.ts'
import { collections, countOne, limits, type Recent, remember, slotOf } from './state.ts'
import { tally } from './tally.ts'

/** A conversation is escalated or rated: the turn this concerns, if it was passed over, has another chance with the same number. */
export function onRemark(
  remark: Remark,
  agent: string,
  conversationId: string,
  facts: Facts,
  state: StateView,
): Decision<'sampler'> {
  const names = collections(agent)
  const control = state.get<Control>(names.control, 'control') ?? initial
  const before = conversationOf(state, names, control.turns, conversationId)
  if (before.remarks.some(({ id }) => id === remark.id)) return {}
  const conversation = withRemark(before, remark)
  const keep = keepBounded(state, names.remarks, limits.remarks, [[conversationId, conversation.remarks]])
  const turn = targetOf(conversation, remark)
  if (chanceAlone(facts) || turn === undefined) return { keep }
  const [then, now] = [outcomeOf(before, turn.id), outcomeOf(conversation, turn.id)]
  const isComplaint = now.rating === 'down' && then.rating !== 'down'
  const complaint = isComplaint ? countOne(state, names.complaints, turn.tool, limits.complaints, control.turns) : []
  const again = judgedAgain(agent, turn, { then, now }, control, state)
  return { emit: again.emit ?? [], keep: [...keep, ...complaint, ...(again.keep ?? [])] }
}

type Said = ReturnType<typeof outcomeOf>

function judgedAgain(
  agent: string,
  { id, tool, number }: TurnSeen,
  { then, now }: { readonly then: Said; readonly now: Said },
  control: Control,
  state: StateView,
): Decision<'sampler'> {
  const names = collections(agent)
  const recent = state.get<Recent>(names.recent, slotOf('recent', number))
  if (recent?.turn.turnId !== id) return {}
  const outcome = { ...now, ...recent.known }
  const draws = numberOf(id)
  const { arms, drew } = draw(recent, outcome, draws)
  const before = draw(recent, { ...then, ...recent.known }, draws).drew
  const added = drew.filter(arm => !before.includes(arm))
  if (added.length === 0) return {}
  const picks = recent.picked ? 0 : 1
  const value = spent(control, picks, Number(added.includes('impact')))
  const keep = [
    { collection: names.control, key: 'control', value },
    ...tally(state, agent, { tool, turns: 0, picks, uncertainty: 0, expected: [], draws: added }),
  ]
  if (recent.picked) return { keep }
  return {
    emit: [selected(agent, recent.turn, arms, outcome, true)],
    keep: [
      ...keep,
      { collection: names.recent, key: slotOf('recent', number), value: { ...recent, picked: true } },
      ...remember(state, names, recent.turn, control.picks),
    ],
  }
}
