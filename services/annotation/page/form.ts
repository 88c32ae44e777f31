import { children, element, field, node, onSubmit, options, radios, tell, terms } from './dom.ts'
import {
  type Agent,
  attempt,
  call,
  fill,
  type Held,
  hand,
  type Reviewer,
  sent,
  shown,
  useKey,
  type Written,
} from './queue.ts'

/** What a reviewer sees and does. */

let agents: readonly Agent[] = []

export function askForKey(): void {
  element('start-form').hidden = true
  element('key-form').hidden = false
  field('key').focus()
}

async function begin(): Promise<void> {
  const known = await call<Reviewer>('/v1/reviewer')
  agents = known.agents
  element('key-form').hidden = true
  element('start-form').hidden = false
  options(
    'agent',
    agents.map(({ agent, name }) => [agent, name]),
  )
  options(
    'role',
    known.roles.map(role => [role, role]),
  )
  field('reviewer').value = known.reviewer ?? ''
  field('reviewer').readOnly = known.reviewer !== null
  field('reviewer').focus()
}

async function start(): Promise<void> {
  const tools = agents.find(({ agent }) => agent === field('agent').value)?.tools ?? []
  options(
    'tools',
    tools.map(({ name, description }) => [name, description]),
  )
  await fill()
  element('start-form').hidden = true
}

export function show({ question, earlier, plan, answer, judged, reviews, written }: Held): void {
  children(
    'conversation',
    [...earlier, question].map(text => node('li', text)),
  )
  const confidence = plan.confidence == null ? 'not stated' : `${Math.round(100 * plan.confidence)}%`
  const did = { Tool: plan.tool, Argument: plan.argument, Confidence: confidence, Answer: answer ?? 'not logged' }
  terms('did', did)
  const { packet, ...said } = judged ?? { score: 'none yet', packet: null }
  terms('judged', { ...said, ...packet })
  element('said-section').hidden = reviews.length === 0
  children(
    'said',
    reviews.map(review => node('li', Object.values(review).filter(Boolean).join(' · '))),
  )
  const proposed = written ?? { verdict: '', tool: plan.tool, argument: plan.argument, answer: answer ?? '', notes: '' }
  for (const id of ['tool', 'argument', 'answer', 'notes'] as const) field(id).value = proposed[id]
  choose(proposed.verdict)
  radios()[0]?.focus()
  tell('status', `${sent.size} done. ${question}`)
}

function choose(verdict: string): void {
  for (const radio of radios()) radio.checked = radio.value === verdict
}

export const typed = (): Written => ({
  verdict: radios().find(({ checked }) => checked)?.value ?? '',
  tool: field('tool').value,
  argument: field('argument').value,
  answer: field('answer').value,
  notes: field('notes').value,
})

/** The one tool that is meant by what was typed; undefined where none is, or several. */
function toolMeant(part: string): string | undefined {
  const names = [...element<HTMLDataListElement>('tools').options].map(({ value }) => value)
  const wanted = part.trim().toLowerCase()
  const exact = names.find(name => name.toLowerCase() === wanted)
  const like = names.filter(name => wanted !== '' && name.toLowerCase().includes(wanted))
  return exact ?? (like.length === 1 ? like[0] : undefined)
}

/** What keeps the form from being sent, and where. */
function problemWith({ verdict, tool }: Written): readonly [problem: string, where: string] | undefined {
  if (verdict === '') return ['Say whether the agent was right: R, W or U.', 'right']
  if (verdict === 'wrong' && toolMeant(tool) === undefined)
    return ['Name the right tool: none, or more than one, is like this.', 'tool']
  return undefined
}

function save(): void {
  const item = shown
  if (!item) return
  const written = typed()
  const [problem, where] = problemWith(written) ?? ['']
  tell('problem', problem)
  if (where) {
    field(where).focus()
    return
  }
  hand(item, { ...written, tool: toolMeant(written.tool) ?? '' })
}

onSubmit('key-form', () => {
  useKey(field('key').value)
  tell('problem', '')
  attempt(begin)
})
onSubmit('start-form', () => attempt(start))
onSubmit('review-form', save)

// Single letters only while the verdict has the focus: elsewhere they are text.
element('verdicts').addEventListener('keydown', event => {
  const verdict = { r: 'right', w: 'wrong', u: 'unclear' }[event.key.toLowerCase()]
  if (!verdict || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  choose(verdict)
  field(verdict === 'wrong' ? 'tool' : verdict).focus()
  if (verdict === 'wrong') field('tool').select()
})
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && shown) save()
})

attempt(begin)
