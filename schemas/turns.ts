import type { Call, ChatLogged, Message } from './events.ts'

/** The name in tables and strata for a plan without a tool: the agent answers itself. No catalogue may use it. */
export const noTool = '(none)'

/** The tool that stands for a plan in tables and strata: that of its first call, or `noTool`. */
export const toolOf = ([call]: readonly Call[]): string => call?.tool ?? noTool

/** The tools of a plan as one name, whatever their order: what reviewers agree or disagree on. */
export const toolsOf = (calls: readonly Call[]): string =>
  calls.length === 0
    ? noTool
    : calls
        .map(({ tool }) => tool)
        .sort()
        .join(' + ')

/** The texts of the user's messages, oldest first. */
export const userTexts = (messages: readonly Message[]): readonly string[] =>
  messages.filter(({ role }) => role === 'user').map(({ text }) => text)

/** Everything before step `step` of a turn, oldest message first: what its planner decided on. */
export function messagesBefore(
  { earlier, question, steps }: Pick<ChatLogged, 'earlier' | 'question' | 'steps'>,
  step: number,
): readonly Message[] {
  const asked: Message = { role: 'user', text: question, calls: [], callId: null }
  const done = steps
    .slice(0, step)
    .flatMap(({ text, calls, results }): Message[] => [
      { role: 'assistant', text: text ?? '', calls, callId: null },
      ...results.map((result): Message => ({ role: 'tool', text: result.text, calls: [], callId: result.callId })),
    ])
  return [...earlier, asked, ...done]
}
