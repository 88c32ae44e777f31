import { at } from '#runtime/core/checked.ts'
import type { AiSpan } from './ai-span.ts'
import type { SpanTree } from './span-tree.ts'

/** The spans of one turn, as far as they are known. */
export type TurnSpans = {
  /** The agent's span around them. */
  readonly agent: AiSpan | undefined
  /** The agent's span included, in the order in which they began. */
  readonly parts: readonly AiSpan[]
  /** The texts of the user in the conversation, oldest first; empty where none is known. */
  readonly asked: readonly string[]
}

type Group = { readonly asked: readonly string[]; readonly parts: AiSpan[] }

export const userTextsOf = ({ input }: AiSpan): readonly string[] =>
  input.filter(({ role }) => role === 'user').map(({ text }) => text)

/**
 * Groups spans by turn. A model is sent the conversation each time, so calls of models with the same messages of the user
 * belong to one turn; within the nearest agent span; where there is none, below the same root.
 */
export function turnGroups(parts: readonly AiSpan[], tree: SpanTree): readonly TurnSpans[] {
  // Some SDKs have milliseconds only: of those that began together, the first in the export comes first.
  const inOrder = parts.toSorted((a, b) => a.span.start - b.span.start)
  const frames = new Map<string, { readonly agent: AiSpan | undefined; readonly inside: AiSpan[] }>()
  const agents = new Map(inOrder.filter(({ role }) => role === 'agent').map(part => [part.span, part]))
  for (const part of inOrder) {
    const path = tree.pathOf(part.span)
    const agentSpan = path.find(span => agents.has(span))
    const frameSpan = agentSpan ?? path.find(({ parent }) => parent === '')
    const key = `${part.span.traceId}/${frameSpan?.spanId ?? ''}`
    const frame = frames.get(key) ?? { agent: agentSpan && agents.get(agentSpan), inside: [] }
    if (part !== frame.agent) frame.inside.push(part)
    frames.set(key, frame)
  }
  return [...frames.values()].flatMap(({ agent, inside }) => {
    const groups = groupsOf(inside)
    return agent === undefined ? groups.map(group => ({ agent, ...group })) : turnsOfAgent(agent, groups)
  })
}

/** By the user's messages. What has none belongs to the call of a model before it, a tool to the one that called it. */
function groupsOf(parts: readonly AiSpan[]): readonly Group[] {
  const groups: Group[] = []
  const open = new Map<string, Group>()
  let latest: Group | undefined
  for (const part of parts) {
    const asked = userTextsOf(part)
    let group = asked.length > 0 ? open.get(JSON.stringify(asked)) : (callerOf(part, groups) ?? latest)
    // The same question after its answer is asked once more.
    if (group === undefined || (asked.length > 0 && isAskedAgain(group, part))) {
      group = { asked, parts: [] }
      groups.push(group)
      open.set(JSON.stringify(asked), group)
    }
    group.parts.push(part)
    if (part.role === 'model') latest = group
  }
  return withoutCallers(groups)
}

const callerOf = ({ call }: AiSpan, groups: readonly Group[]): Group | undefined =>
  call?.id == null
    ? undefined
    : groups.findLast(({ parts }) =>
        parts.some(({ output }) => output.some(({ calls }) => calls.some(one => one.id === call.id))),
      )

function isAskedAgain(group: Group, part: AiSpan): boolean {
  const before = group.parts.findLast(({ role, output }) => role === 'model' && output.length > 0)
  if (before === undefined || before.span.end > part.span.start) return false
  return before.output.every(({ calls }) => calls.length === 0) && part.input.length <= before.input.length
}

/** Tools before the first call of a model belong to the only turn there is. */
function withoutCallers(groups: readonly Group[]): readonly Group[] {
  const asking = groups.filter(({ asked }) => asked.length > 0)
  const [only] = asking
  if (only === undefined || asking.length > 1) return groups
  return [{ asked: only.asked, parts: groups.flatMap(({ parts }) => parts) }]
}

/** Usually one turn; several where the messages continue each other. Calls of models about another question are left out of it. */
function turnsOfAgent(agent: AiSpan, groups: readonly Group[]): readonly TurnSpans[] {
  const own = userTextsOf(agent).at(-1)
  const ofQuestion = groups.filter(({ asked }) => own === undefined || asked.at(-1) === own)
  const longest = ofQuestion.toSorted((a, b) => lengthOf(b) - lengthOf(a))[0]
  const asked = longest?.asked ?? userTextsOf(agent)
  const isBefore = (group: Group): boolean =>
    own === undefined && group.asked.length < asked.length && group.asked.every((text, index) => text === asked[index])
  const earlier = groups.filter(group => group.asked.length > 0 && isBefore(group))
  const rest = groups.filter(group => !earlier.includes(group)).flatMap(({ parts }) => parts)
  return [...earlier.map(group => ({ agent: undefined, ...group })), { agent, asked, parts: [agent, ...rest] }]
}

const lengthOf = ({ parts }: Group): number =>
  Math.max(...parts.map(({ input, output }) => (input.length > 0 ? input.length + output.length : 0)))

/** The span that names the turn, the same in every export: the agent's, or what is above the first call. */
export function anchorOf({ agent, parts }: TurnSpans): string {
  const first = (agent ?? at(parts, 0)).span
  return agent || first.parent === '' ? first.spanId : first.parent
}
