import {
  announce,
  createElement,
  element,
  field,
  onSubmit,
  radios,
  renderOptions,
  renderTerms,
  replaceChildren,
} from './dom.ts'
import {
  createQueue,
  type Draft,
  type LeasedQueueItem,
  noTool,
  type ReviewAgent,
  type ReviewerInfo,
  reportErrors,
} from './queue.ts'

/** The forms of the page, and what a reviewer does with them. */

const queue = createQueue({ onItem: showItem, readForm, onUnauthorised: showKeyForm })
let agents: readonly ReviewAgent[] = []

function showKeyForm(): void {
  element('start-form').hidden = true
  element('key-form').hidden = false
  field('key').focus()
}

async function loadReviewer(): Promise<void> {
  const known = await queue.request<ReviewerInfo>('/v1/reviewer')
  agents = known.agents
  element('key-form').hidden = true
  element('start-form').hidden = false
  renderOptions(
    'agent',
    agents.map(({ agent, name }) => [agent, name]),
  )
  renderOptions(
    'role',
    known.roles.map(role => [role, role]),
  )
  field('reviewer').value = known.reviewer ?? ''
  field('reviewer').readOnly = known.reviewer !== null
  field('reviewer').focus()
}

async function startReview(): Promise<void> {
  const tools = agents.find(({ agent }) => agent === field('agent').value)?.tools ?? []
  renderOptions('tools', [
    ...tools.map(({ name, description }) => [name, description] as const),
    [noTool, 'answer without a tool'],
  ])
  await queue.leaseItems()
  element('start-form').hidden = true
}

function showItem({ question, earlier, plan, answer, judged, reviews, draft }: LeasedQueueItem, done: number): void {
  replaceChildren(
    'conversation',
    [...earlier.map(describeMessage), question].map(text => createElement('li', text)),
  )
  const confidence = plan.confidence == null ? 'not stated' : `${Math.round(100 * plan.confidence)}%`
  const did = { Calls: describeCalls(plan.calls), Confidence: confidence, Answer: answer ?? 'not logged' }
  renderTerms('did', did)
  const { packet, ...said } = judged ?? { score: 'none yet', packet: null }
  renderTerms('judged', { ...said, ...packet })
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
  const [first] = plan.calls
  const planned = { tool: first?.tool ?? noTool, argument: first?.arguments ?? '' }
  const proposed = draft ?? { verdict: '', ...planned, answer: answer ?? '', notes: '' }
  for (const id of ['tool', 'argument', 'answer', 'notes'] as const) field(id).value = proposed[id]
  selectVerdict(proposed.verdict)
  radios()[0]?.focus()
  announce('status', `${done} done. ${question}`)
}

const describeCalls = (calls: LeasedQueueItem['plan']['calls']): string =>
  calls.length === 0 ? noTool : calls.map(call => `${call.tool} ${call.arguments}`).join('\n')

const describeMessage = ({ role, text, calls }: LeasedQueueItem['earlier'][number]): string =>
  [role === 'user' ? text : `${role}: ${text}`, ...calls.map(call => `${call.tool} ${call.arguments}`)].join('\n')

function selectVerdict(verdict: string): void {
  for (const radio of radios()) radio.checked = radio.value === verdict
}

function readForm(): Draft {
  return {
    verdict: radios().find(({ checked }) => checked)?.value ?? '',
    tool: field('tool').value,
    argument: field('argument').value,
    answer: field('answer').value,
    notes: field('notes').value,
  }
}

/** The tool whose name is what was typed, or the only one that contains it. */
function matchTool(part: string): string | undefined {
  const names = [...element<HTMLDataListElement>('tools').options].map(({ value }) => value)
  const wanted = part.trim().toLowerCase()
  const exact = names.find(name => name.toLowerCase() === wanted)
  const like = names.filter(name => wanted !== '' && name.toLowerCase().includes(wanted))
  return exact ?? (like.length === 1 ? like[0] : undefined)
}

/** Why the form cannot be sent, and the field to correct. */
function formProblem({ verdict, tool }: Draft): readonly [problem: string, where: string] | undefined {
  if (verdict === '') return ['Say whether the agent was right: R, W or U.', 'right']
  if (verdict === 'wrong' && matchTool(tool) === undefined)
    return ['Name the right tool: no tool, or more than one, matches.', 'tool']
  return undefined
}

function submitForm(): void {
  const item = queue.current()
  if (!item) return
  const written = readForm()
  const [problem, where] = formProblem(written) ?? ['']
  announce('problem', problem)
  if (where) {
    field(where).focus()
    return
  }
  queue.submitReview(item, { ...written, tool: matchTool(written.tool) ?? '' })
}

onSubmit('key-form', () => {
  queue.setApiKey(field('key').value)
  announce('problem', '')
  reportErrors(loadReviewer)
})
onSubmit('start-form', () => reportErrors(startReview))
onSubmit('review-form', submitForm)

// Letters choose a verdict only while the verdicts have the focus: elsewhere they are text.
element('verdicts').addEventListener('keydown', event => {
  const verdict = { r: 'right', w: 'wrong', u: 'unclear' }[event.key.toLowerCase()]
  if (!verdict || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  selectVerdict(verdict)
  field(verdict === 'wrong' ? 'tool' : verdict).focus()
  if (verdict === 'wrong') field('tool').select()
})
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submitForm()
})

reportErrors(loadReviewer)
