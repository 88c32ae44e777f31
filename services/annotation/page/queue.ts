import { announce, element, field } from './dom.ts'
import { readForm, showItem, showKeyForm } from './form.ts'

/** What the page holds of the queue, and how it talks to the server. */

export type QueueItem = {
  readonly sampleId: string
  readonly question: string
  readonly earlier: readonly string[]
  readonly plan: { readonly tool: string; readonly argument: string; readonly confidence?: number | null }
  readonly answer: string | null
  readonly judged: { score: number; judge: string; trusted: boolean; packet: object | null } | null
  readonly reviews: readonly object[]
}
export type Draft = { verdict: string; tool: string; argument: string; answer: string; notes: string }
/** `until`: when its lease ends, by the page's own clock in milliseconds. `written`: what was typed and is not sent. */
export type LeasedQueueItem = QueueItem & { until: number; draft?: Draft }
export type ReviewAgent = { readonly agent: string; readonly name: string; readonly tools: readonly Tool[] }
type Tool = { readonly name: string; readonly description: string }
export type ReviewerInfo = {
  readonly reviewer: string | null
  readonly roles: readonly string[]
  readonly agents: readonly ReviewAgent[]
}

const leaseMinutes = 10
const pollMs = 5_000

let apiKey = ''
/** What is reviewed now, and what comes next: leased before it is needed, so that nobody waits for it. */
let leased: LeasedQueueItem[] = []
export const sentIds = new Set<string>()
export let current: LeasedQueueItem | undefined

const reviewerFields = () => ({
  agent: field('agent').value,
  reviewer: field('reviewer').value,
  role: field('role').value,
})

/** The answer to a request. Throws an Error with what the server said. */
export async function request<T>(path: string, body?: object): Promise<T> {
  const answer = await fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(apiKey !== '' && { authorization: `Bearer ${apiKey}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const said = await answer.json()
  if (answer.ok) return said
  if (answer.status === 401) showKeyForm()
  throw new Error(said.error.message)
}

export function setApiKey(given: string): void {
  apiKey = given
}

/** Leases what is reviewed now and what comes next. */
export async function leaseItems(): Promise<void> {
  const until = performance.now() + leaseMinutes * 60_000
  const { items } = await request<{ items: QueueItem[] }>('/v1/queue/lease', {
    ...reviewerFields(),
    count: 2,
    minutes: leaseMinutes,
  })
  for (const item of items) {
    const known = leased.find(({ sampleId }) => sampleId === item.sampleId)
    if (known) known.until = until
    else if (!sentIds.has(item.sampleId)) leased.push({ ...item, until })
  }
  if (!current) showNext()
}

function showNext(): void {
  leased = leased.filter(({ until }) => until > performance.now())
  current = leased[0]
  element('desk').hidden = !current
  if (current) {
    showItem(current)
    return
  }
  announce('status', `Nothing to review${sentIds.size > 0 ? `, ${sentIds.size} done` : ''}. New items appear here.`)
  setTimeout(() => {
    if (!current) reportErrors(leaseItems)
  }, pollMs)
}

/** The next item does not wait for this one to be sent. */
export function submitReview(item: LeasedQueueItem, written: Draft): void {
  sentIds.add(item.sampleId)
  leased = leased.filter(one => one !== item)
  showNext()
  reportErrors(() => sendReview(item, written))
}

/** Sends what was written; where that fails the item comes back, and nothing that was typed is lost. */
async function sendReview(item: LeasedQueueItem, draft: Draft): Promise<void> {
  try {
    await request('/v1/reviews', { ...reviewerFields(), sampleId: item.sampleId, ...reviewOf(item, draft) })
  } catch (error) {
    sentIds.delete(item.sampleId)
    if (current) current.draft = readForm()
    leased.unshift({ ...item, draft })
    showNext()
    throw error
  }
  await leaseItems()
}

/** An answer of the agent that was wrong is no gold answer just because nobody touched it. */
function reviewOf(item: QueueItem, { verdict, tool, argument, answer, notes }: Draft): object {
  const common = { verdict, notes: notes || null }
  if (verdict === 'unclear') return common
  const isUntouched = verdict === 'wrong' && answer === item.answer
  return { ...common, argument, answer: isUntouched ? null : answer || null, ...(verdict === 'wrong' && { tool }) }
}

export function reportErrors(work: () => Promise<void>): void {
  work().catch(error => announce('problem', error instanceof Error ? error.message : String(error)))
}
