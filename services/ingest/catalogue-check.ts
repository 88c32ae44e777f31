import { argumentChecker } from '#json-schema/argument-schema.ts'
import type { AgentDescribed, Call, CallProblem } from '#schemas/events.ts'

/** Most problems that are kept of one step, and most characters of one. */
const maxProblems = 20
const maxCharacters = 300

type CheckArguments = ReturnType<typeof argumentChecker>
/** Tools by name; one is read when it is first called. A description that replaces another one is another object. */
const catalogues = new WeakMap<AgentDescribed, Map<string, CheckArguments>>()

/** What is wrong with calls, against the catalogue of an agent. A wrong call is kept: it is what must be learnt from. */
export function callProblems(described: AgentDescribed, calls: readonly Call[]): readonly CallProblem[] {
  return calls
    .flatMap((one, call) => problemsOfCall(described, one).map(problem => ({ call, ...problem })))
    .slice(0, maxProblems)
}

function problemsOfCall(
  described: AgentDescribed,
  { tool, arguments: text }: Call,
): readonly Omit<CallProblem, 'call'>[] {
  const check = checkerOf(described, tool)
  if (check === undefined) return [{ kind: 'unknownTool', path: '', problem: 'is not in the tool catalogue' }]
  // Some models write nothing where a tool takes no arguments.
  return check(text === '' ? '{}' : text).map(({ path, keyword, problem }) => ({
    kind: keyword === 'json' ? 'notJson' : 'schema',
    path: path.slice(0, maxCharacters),
    problem: problem.slice(0, maxCharacters),
  }))
}

function checkerOf(described: AgentDescribed, tool: string): CheckArguments | undefined {
  const known = catalogues.get(described) ?? new Map<string, CheckArguments>()
  catalogues.set(described, known)
  const before = known.get(tool)
  if (before !== undefined) return before
  const found = described.tools.find(({ name }) => name === tool)
  if (found === undefined) return undefined
  const check = argumentChecker(found.argumentSchema)
  known.set(tool, check)
  return check
}
