import type { Call, LeasedQueueItem, Message, ReviewAgent } from './api.ts'
import { noTool } from './api.ts'
import { createElement, element, folded, replaceChildren, terms } from './dom.ts'
import { editable, isRecord, parseExactly } from './json-text.ts'

/** What the reviewer reads: the chat before the step, what the agent did, what the judge saw, what others said. */

/** Longer texts of assistants and tools are folded. */
const foldedLength = 600

export function renderItem(item: LeasedQueueItem, tools: ReviewAgent['tools']): void {
  const { messages, earlierCut, plan, results, answer, judged, reviews, hasPrompt } = item
  const cut = earlierCut === 0 ? [] : [createElement('li', `${earlierCut} earlier messages are left out`)]
  replaceChildren('conversation', [...cut, ...messages.map(message => renderMessage(message, messages, tools))])
  const prompt = element<HTMLDetailsElement>('prompt')
  prompt.hidden = !hasPrompt
  prompt.open = false
  element('prompt-text').textContent = ''
  const confidence = plan.confidence == null ? 'not stated' : `${Math.round(100 * plan.confidence)}%`
  replaceChildren('did', [
    ...(plan.calls.length === 0 ? [createElement('p', `${noTool}: it answered without a tool`)] : []),
    ...plan.calls.map(call => renderCall(call, tools)),
    ...results.map(({ text, isError }) =>
      folded(isError ? 'The tool reported an error' : 'What the tool returned', text),
    ),
    createElement('dl', '', terms({ Confidence: confidence, Answer: answer ?? 'not logged' })),
  ])
  const { packet, ...said } = judged ?? { score: 'none yet', packet: null }
  replaceChildren('judged', terms({ ...said, ...packet }))
  element('said-section').hidden = reviews.length === 0
  replaceChildren(
    'said',
    reviews.map(({ reviewer, verdict, calls, answer, notes }) =>
      createElement(
        'li',
        [reviewer, verdict, calls && describeCalls(calls), answer, notes].filter(Boolean).join(' · '),
      ),
    ),
  )
}

/** Why the item needs this review. */
export function describeNeed({ waitsFor: { reviews, needed, disputed } }: LeasedQueueItem): string {
  if (disputed) return `${reviews} reviews disagree: yours decides`
  return needed > 1 ? `review ${reviews + 1} of ${needed}: independent reviews are compared` : 'needs one review'
}

const describeCalls = (calls: readonly Call[]): string =>
  calls.length === 0 ? noTool : calls.map(call => `${call.tool} ${call.arguments}`).join('\n')

function renderMessage(
  { role, text, calls, callId }: Message,
  all: readonly Message[],
  tools: ReviewAgent['tools'],
): HTMLElement {
  const answered = all.flatMap(message => message.calls).find(call => callId !== null && call.id === callId)
  const who = role === 'tool' && answered ? `result of ${answered.tool}` : role
  const isLong = role === 'tool' || (role === 'assistant' && text.length > foldedLength)
  const said = text === '' ? [] : isLong ? [folded(who, text)] : [createElement('b', who), createElement('div', text)]
  const item = createElement('li', '', [...said, ...calls.map(call => renderCall(call, tools))])
  item.className = role
  return item
}

/** Arguments in the order of the schema of their tool; as text where they are no JSON object. */
function renderCall({ tool, arguments: written }: Call, tools: ReviewAgent['tools']): HTMLElement {
  const value = parseExactly(written)
  const schema = parseExactly(tools.find(({ name }) => name === tool)?.argumentSchema ?? 'null')
  const known = isRecord(schema) && isRecord(schema.properties) ? Object.keys(schema.properties) : []
  const shown = isRecord(value)
    ? createElement(
        'dl',
        '',
        terms(
          Object.fromEntries(
            [...known, ...Object.keys(value)].filter(name => name in value).map(name => [name, editable(value[name])]),
          ),
        ),
      )
    : createElement('div', written)
  const made = createElement('div', '', [createElement('code', tool), shown])
  made.className = 'call'
  return made
}
