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
  current,
  type Draft,
  type LeasedQueueItem,
  leaseItems,
  type ReviewAgent,
  type ReviewerInfo,
  reportErrors,
  request,
  sentIds,
  setApiKey,
  submitReview,
} from './queue.ts'

/** What a reviewer sees and does. */

let agents: readonly ReviewAgent[] = []

export function showKeyForm(): void {
  element('start-form').hidden = true
  element('key-form').hidden = false
  field('key').focus()
}

async function loadReviewer(): Promise<void> {
  const known = await request<ReviewerInfo>('/v1/reviewer')
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
  renderOptions(
    'tools',
    tools.map(({ name, description }) => [name, description]),
  )
  await leaseItems()
  element('start-form').hidden = true
}

export function showItem({ question, earlier, plan, answer, judged, reviews, draft }: LeasedQueueItem): void {
  replaceChildren(
    'conversation',
    [...earlier, question].map(text => createElement('li', text)),
  )
  const confidence = plan.confidence == null ? 'not stated' : `${Math.round(100 * plan.confidence)}%`
  const did = { Tool: plan.tool, Argument: plan.argument, Confidence: confidence, Answer: answer ?? 'not logged' }
  renderTerms('did', did)
  const { packet, ...said } = judged ?? { score: 'none yet', packet: null }
  renderTerms('judged', { ...said, ...packet })
  element('said-section').hidden = reviews.length === 0
  replaceChildren(
    'said',
    reviews.map(review => createElement('li', Object.values(review).filter(Boolean).join(' · '))),
  )
  const proposed = draft ?? { verdict: '', tool: plan.tool, argument: plan.argument, answer: answer ?? '', notes: '' }
  for (const id of ['tool', 'argument', 'answer', 'notes'] as const) field(id).value = proposed[id]
  selectVerdict(proposed.verdict)
  radios()[0]?.focus()
  announce('status', `${sentIds.size} done. ${question}`)
}

function selectVerdict(verdict: string): void {
  for (const radio of radios()) radio.checked = radio.value === verdict
}

export const readForm = (): Draft => ({
  verdict: radios().find(({ checked }) => checked)?.value ?? '',
  tool: field('tool').value,
  argument: field('argument').value,
  answer: field('answer').value,
  notes: field('notes').value,
})

/** The one tool that is meant by what was typed; undefined where none is, or several. */
function matchTool(part: string): string | undefined {
  const names = [...element<HTMLDataListElement>('tools').options].map(({ value }) => value)
  const wanted = part.trim().toLowerCase()
  const exact = names.find(name => name.toLowerCase() === wanted)
  const like = names.filter(name => wanted !== '' && name.toLowerCase().includes(wanted))
  return exact ?? (like.length === 1 ? like[0] : undefined)
}

/** What keeps the form from being sent, and where. */
function formProblem({ verdict, tool }: Draft): readonly [problem: string, where: string] | undefined {
  if (verdict === '') return ['Say whether the agent was right: R, W or U.', 'right']
  if (verdict === 'wrong' && matchTool(tool) === undefined)
    return ['Name the right tool: none, or more than one, is like this.', 'tool']
  return undefined
}

function submitForm(): void {
  const item = current
  if (!item) return
  const written = readForm()
  const [problem, where] = formProblem(written) ?? ['']
  announce('problem', problem)
  if (where) {
    field(where).focus()
    return
  }
  submitReview(item, { ...written, tool: matchTool(written.tool) ?? '' })
}

onSubmit('key-form', () => {
  setApiKey(field('key').value)
  announce('problem', '')
  reportErrors(loadReviewer)
})
onSubmit('start-form', () => reportErrors(startReview))
onSubmit('review-form', submitForm)

// Single letters only while the verdict has the focus: elsewhere they are text.
element('verdicts').addEventListener('keydown', event => {
  const verdict = { r: 'right', w: 'wrong', u: 'unclear' }[event.key.toLowerCase()]
  if (!verdict || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  selectVerdict(verdict)
  field(verdict === 'wrong' ? 'tool' : verdict).focus()
  if (verdict === 'wrong') field('tool').select()
})
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && current) submitForm()
})

reportErrors(loadReviewer)
