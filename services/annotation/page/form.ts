import {
  type CallProblem,
  createApi,
  type Draft,
  type LeasedQueueItem,
  type ReviewAgent,
  type ReviewerInfo,
} from './api.ts'
import { createCallEditor } from './calls.ts'
import { describeNeed, renderItem } from './conversation.ts'
import { announce, element, field, onSubmit, options, radios, replaceChildren, reportErrors } from './dom.ts'
import { createQueue } from './queue.ts'

/** The forms of the page, and what a reviewer does with them. */

/** Typing is checked when it pauses this long. */
const checkDelayMs = 300

const api = createApi(showKeyForm)
const callEditor = createCallEditor(checkSoon)
const queue = createQueue(api, { onItem: showItem, readForm })
let agents: readonly ReviewAgent[] = []
let checkTimer = 0

function showKeyForm(): void {
  element('start-form').hidden = true
  element('key-form').hidden = false
  field('key').focus()
}

async function loadReviewer(): Promise<void> {
  const known = await api.request<ReviewerInfo>('/v1/reviewer')
  agents = known.agents
  element('key-form').hidden = true
  element('start-form').hidden = false
  replaceChildren('agent', options(agents.map(({ agent, name }) => [agent, name])))
  replaceChildren('role', options(known.roles.map(role => [role, role])))
  field('reviewer').value = known.reviewer ?? ''
  field('reviewer').readOnly = known.reviewer !== null
  field('reviewer').focus()
}

const currentTools = (): ReviewAgent['tools'] => agents.find(({ agent }) => agent === field('agent').value)?.tools ?? []

async function startReview(): Promise<void> {
  replaceChildren('tools', options(currentTools().map(({ name, description }) => [name, description])))
  callEditor.setTools(currentTools())
  await queue.leaseItems()
  element('start-form').hidden = true
}

function showItem(item: LeasedQueueItem, done: number, left: number): void {
  renderItem(item, currentTools())
  const { plan, answer, draft, question, step } = item
  showDraft(draft ?? { verdict: '', calls: plan.calls, answer: answer ?? '', notes: '' })
  radios()[0]?.focus()
  const progress = `${done} done, ${Math.max(left, 1)} left. Step ${step + 1}; ${describeNeed(item)}.`
  announce('status', `${progress} ${done > 0 ? 'Z takes the last review back. ' : ''}${question}`)
}

function showDraft({ verdict, calls, answer, notes }: Draft): void {
  callEditor.show(calls)
  field('answer').value = answer
  field('notes').value = notes
  selectVerdict(verdict)
}

function selectVerdict(verdict: string): void {
  for (const radio of radios()) radio.checked = radio.value === verdict
}

function readForm(): Draft {
  return {
    verdict: radios().find(({ checked }) => checked)?.value ?? '',
    calls: callEditor.read(),
    answer: field('answer').value,
    notes: field('notes').value,
  }
}

/** Why the form contradicts itself, and the field to correct. */
function formProblem(
  item: LeasedQueueItem,
  { verdict, calls, answer }: Draft,
): readonly [string, HTMLElement] | undefined {
  const asText = (all: Draft['calls']): string => JSON.stringify(all.map(call => [call.tool, call.arguments]))
  const changesCalls = asText(calls) !== asText(item.plan.calls)
  const changesAnswer = answer !== (item.answer ?? '')
  if (verdict === '') return ['Say whether the agent was right: R, W or U.', field('right')]
  const isWritten = verdict === 'right' && item.answer === null
  if (verdict !== 'wrong' && (changesCalls || (changesAnswer && !isWritten)))
    return [
      `You changed the ${changesCalls ? 'calls' : 'answer'}: say Wrong, or take the changes back.`,
      field('wrong'),
    ]
  if (verdict !== 'wrong') return undefined
  if (!changesCalls && !changesAnswer)
    return ['Wrong, but nothing is changed: correct a call or the answer, or say Right.', field('right')]
  return callEditor.settle()
}

async function submitForm(): Promise<void> {
  const item = queue.current()
  if (!item) return
  const [problem, where] = formProblem(item, readForm()) ?? ['']
  announce('problem', problem)
  if (where) {
    where.focus()
    return
  }
  const written = readForm()
  if (written.verdict === 'wrong' && !(await checkCalls(written))) return
  if (queue.current() === item) queue.submitReview(item, written)
}

/** Marks what is wrong with the calls, by the rule that the server accepts reviews by. */
async function checkCalls({ calls }: Draft): Promise<boolean> {
  const item = queue.current()
  const { problems } = await api.request<{ problems: CallProblem[] }>('/v1/reviews/check', {
    agent: field('agent').value,
    calls,
  })
  if (queue.current() !== item) return false
  callEditor.showProblems(problems)
  const [first] = problems
  announce('problem', first ? `Call ${first.call + 1}${first.path}: ${first.problem}` : '')
  return first === undefined
}

function checkSoon(): void {
  clearTimeout(checkTimer)
  checkTimer = setTimeout(() => reportErrors(async () => void (await checkCalls(readForm()))), checkDelayMs)
}

function takeBackChanges(): void {
  const item = queue.current()
  if (!item) return
  showDraft({ verdict: '', calls: item.plan.calls, answer: item.answer ?? '', notes: field('notes').value })
  radios()[0]?.focus()
}

function skipItem(): void {
  const item = queue.current()
  if (!item) return
  if (field('skip-reason').value === '') {
    announce('problem', 'Say why you skip it.')
    field('skip-reason').focus()
    return
  }
  announce('problem', '')
  queue.skip(item, field('skip-reason').value)
  field('skip-reason').value = ''
}

function undoReview(): void {
  announce('problem', queue.undo() ? '' : 'The last review has been sent and cannot be taken back.')
}

/** Letters, while the verdicts have the focus: elsewhere they are text. */
const keys: Readonly<Record<string, () => void>> = {
  r: () => {
    selectVerdict('right')
    field('right').focus()
    reportErrors(submitForm)
  },
  w: () => {
    selectVerdict('wrong')
    callEditor.focus()
  },
  u: () => {
    selectVerdict('unclear')
    field('unclear').focus()
  },
  s: () => field('skip-reason').focus(),
  z: undoReview,
}

onSubmit('key-form', () => {
  api.setApiKey(field('key').value)
  announce('problem', '')
  reportErrors(loadReviewer)
})
onSubmit('start-form', () => reportErrors(startReview))
onSubmit('review-form', () => reportErrors(submitForm))
element('take-back').addEventListener('click', takeBackChanges)
element('undo').addEventListener('click', undoReview)
element('skip').addEventListener('click', skipItem)
element('prompt').addEventListener('toggle', () => {
  const item = queue.current()
  if (!item || !element<HTMLDetailsElement>('prompt').open) return
  const query = new URLSearchParams({ agent: field('agent').value, sampleId: item.sampleId })
  reportErrors(async () => {
    const { text } = await api.request<{ text: string | null }>(`/v1/queue/prompt?${query}`)
    element('prompt-text').textContent = text ?? 'It is no longer kept.'
  })
})
element('verdicts').addEventListener('keydown', event => {
  const action = keys[event.key.toLowerCase()]
  if (!action || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  action()
})
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) reportErrors(submitForm)
})

reportErrors(loadReviewer)
