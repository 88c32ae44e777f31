import { argumentChecker } from '#json-schema/argument-schema.ts'
import type { Call } from '#schemas/events.ts'
import { toolsOf } from '#schemas/turns.ts'
import type { ReviewBody } from './bodies.ts'
import type { Item } from './state.ts'

/** The argument schemas of the agent's tools by name; null for one free-text query. */
export type Catalogue = ReadonlyMap<string, string | null>

/** Why a review cannot be accepted, and how to correct it; null where it can. */
export function reviewProblem(
  { verdict, calls, answer, role }: ReviewBody,
  { plan, disputed, answer: agentAnswer }: Pick<Item, 'plan' | 'disputed' | 'answer'>,
  catalogue: Catalogue,
): string | null {
  if (role === 'adjudicator' && !disputed)
    return 'role: reviewers do not disagree on this sample; review it as a reviewer'
  const changesAnswer = answer != null && answer !== agentAnswer
  if (verdict === 'unclear') {
    if (calls != null) return 'calls: leave them out where the verdict is unclear'
    return answer == null ? null : 'answer: leave it out where the verdict is unclear'
  }
  if (verdict === 'wrong') {
    if (calls == null) return 'calls: a wrong plan needs the right calls'
    if (isSamePlan(calls, plan.calls) && !changesAnswer)
      return 'verdict: wrong, but nothing differs from what the agent did: correct a call or the answer, or say right'
  } else {
    if (calls != null && !isSamePlan(calls, plan.calls))
      return `calls: the plan was ${toolsOf(plan.calls)}; where other calls or arguments are right the verdict is wrong`
    if (changesAnswer && agentAnswer !== null)
      return 'answer: it differs from what the agent answered; where another is right the verdict is wrong'
  }
  const [first] = callProblems(calls ?? plan.calls, catalogue)
  return first ? `calls[${first.call}]${first.path}: ${first.problem}` : null
}

/** Compared as text: parsed numbers would lose digits. */
const isSamePlan = (one: readonly SentCall[], other: readonly SentCall[]): boolean =>
  one.length === other.length &&
  one.every(({ tool, arguments: written }, at) => tool === other[at]?.tool && written === other[at]?.arguments)

type SentCall = Pick<Call, 'tool' | 'arguments'>

/** What is wrong with a call: its place, and the JSON Pointer of the value in its arguments. */
export type CallProblem = { readonly call: number; readonly path: string; readonly problem: string }

/** Calls that the catalogue does not have, and arguments that break the schemas of their tools. */
export function callProblems(calls: readonly SentCall[], catalogue: Catalogue): readonly CallProblem[] {
  return calls.flatMap(({ tool, arguments: written }, call): CallProblem[] => {
    const schema = catalogue.get(tool)
    if (schema === undefined)
      return [{ call, path: '', problem: `${tool} is not in the agent's catalogue; answer wrong with calls that are` }]
    return argumentChecker(schema)(written).map(({ path, problem }) => ({ call, path, problem }))
  })
}
