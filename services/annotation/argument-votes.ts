import { digest } from '#runtime/core/identity.ts'
import { isObject, parseIfJson } from '#runtime/core/json.ts'
import type { Call } from '#schemas/events.ts'

/** What a reviewer gave as an argument of a tool, as a digest: values may be long. */
export type ArgumentVote = { readonly tool: string; readonly argument: string; readonly value: string }

/** More arguments of one plan than these are not compared. */
const MAX_ARGUMENTS = 64
const DIGEST_LENGTH = 16

/** All calls of one tool are compared together, in their order. Values are compared as JSON, so that blanks and the order of arguments do not matter. */
export function argumentVotes(calls: readonly Pick<Call, 'tool' | 'arguments'>[]): readonly ArgumentVote[] {
  const votes = calls.flatMap(({ tool, arguments: written }) => {
    const value = parseIfJson(written)
    const named = isObject(value) ? Object.entries(value) : [['', written.trim()] as const]
    return named.map(([argument, one]) => ({ tool, argument, value: JSON.stringify(one) }))
  })
  return [...Map.groupBy(votes, ({ tool, argument }) => JSON.stringify([tool, argument])).values()]
    .slice(0, MAX_ARGUMENTS)
    .flatMap(group => {
      const [first] = group
      const value = digest(group.map(one => one.value).join('\n')).slice(0, DIGEST_LENGTH)
      return first ? [{ tool: first.tool, argument: first.argument, value }] : []
    })
}
