import { announce, element, field } from './dom.ts'

/** The items that the page has leased, and its requests to the server. */

export type QueueItem = {
  readonly sampleId: string
  readonly question: string
  readonly earlier: readonly Message[]
  readonly plan: { readonly calls: readonly Call[]; readonly confidence?: number | null }
  readonly answer: string | null
  readonly judged: { score: number; judge: string; trusted: boolean; packet: object | null } | null
  readonly reviews: readonly Review[]
}
export type Draft = { verdict: string; tool: string; argument: string; answer: string; notes: string }
type Call = { readonly tool: string; readonly arguments: string }
type Review = {
  readonly reviewer: string
  readonly verdict: string
  readonly calls: readonly Call[] | null
  readonly answer: string | null
  readonly notes: string | null
}
type Message = { readonly role: string; readonly text: string; readonly calls: readonly Call[] }
/** `until`: when its lease ends, in milliseconds of the page's own clock. `draft`: what was typed and could not be sent. */
export type LeasedQueueItem = QueueItem & { until: number; draft?: Draft }
export type ReviewAgent = { readonly agent: string; readonly name: string; readonly tools: readonly Tool[] }
type Tool = { readonly name: string; readonly description: string }
export type ReviewerInfo = {
  readonly reviewer: string | null
  readonly roles: readonly string[]
  readonly agents: readonly ReviewAgent[]
}

/** What the form does for the queue. */
export type QueueForm = {
  /** Shows the item to review; `done` is the number of reviews written so far. */
  readonly onItem: (item: LeasedQueueItem, done: number) => void
  /** What is typed now. */
  readonly readForm: () => Draft
  /** The server does not accept the key. */
  readonly onUnauthorised: () => void
}

const leaseMinutes = 10
const pollMs = 5_000

export function createQueue(form: QueueForm) {
  let apiKey = ''
  /** The current item, and the next one: it is leased early, so that the reviewer does not wait for it. */
  let leased: LeasedQueueItem[] = []
  let current: LeasedQueueItem | undefined
  /** Requests under way that may bring more items. */
  let pending = 0
  const sentIds = new Set<string>()

  const reviewerFields = () => ({
    agent: field('agent').value,
    reviewer: field('reviewer').value,
    role: field('role').value,
  })

  /** The answer to a request. Throws an Error with the server's message. */
  async function request<T>(path: string, body?: object): Promise<T> {
    const answer = await fetch(path, {
      method: body ? 'POST' : 'GET',
      // Sent also where the page is being closed.
      keepalive: body !== undefined,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(apiKey !== '' && { authorization: `Bearer ${apiKey}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const content = await answer.json()
    if (answer.ok) return content
    if (answer.status === 401) form.onUnauthorised()
    throw new Error(content.error.message)
  }

  /** Leases the current item, or renews its lease, and leases the next one. */
  async function leaseItems(): Promise<void> {
    pending++
    try {
      await addLeased()
    } finally {
      pending--
      if (!current) showNext()
    }
  }

  async function addLeased(): Promise<void> {
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
  }

  function showNext(): void {
    leased = leased.filter(({ until }) => until > performance.now())
    current = leased[0]
    element('desk').hidden = !current
    if (current) {
      form.onItem(current, sentIds.size)
      return
    }
    if (pending > 0) {
      announce('status', 'Loading the next item.')
      return
    }
    announce('status', `Nothing to review${sentIds.size > 0 ? `, ${sentIds.size} done` : ''}. New items appear here.`)
    setTimeout(() => {
      if (!current) reportErrors(leaseItems)
    }, pollMs)
  }

  /** Shows the next item at once, and sends the review in the background. */
  function submitReview(item: LeasedQueueItem, draft: Draft): void {
    sentIds.add(item.sampleId)
    leased = leased.filter(one => one !== item)
    reportErrors(() => sendReview(item, draft))
    showNext()
  }

  /** If sending fails, the item is shown again with what was typed. */
  async function sendReview(item: LeasedQueueItem, draft: Draft): Promise<void> {
    pending++
    try {
      await request('/v1/reviews', { ...reviewerFields(), sampleId: item.sampleId, ...reviewOf(item, draft) })
    } catch (error) {
      sentIds.delete(item.sampleId)
      if (current) current.draft = form.readForm()
      leased.unshift({ ...item, draft })
      showNext()
      throw error
    } finally {
      pending--
    }
    await leaseItems()
  }

  /** Others get at once what this page holds and did not show, or showed and did not get an answer to. */
  addEventListener('pagehide', () => {
    const sampleIds = leased.map(({ sampleId }) => sampleId)
    if (sampleIds.length > 0) reportErrors(() => request('/v1/queue/give-back', { ...reviewerFields(), sampleIds }))
  })

  return {
    request,
    leaseItems,
    submitReview,
    current: () => current,
    setApiKey(given: string): void {
      apiKey = given
    },
  }
}

/** The name that stands for an answer without a tool. */
export const noTool = '(none)'

/** The answer of a wrong plan, if the reviewer did not change it, is not taken to be right. */
function reviewOf(item: QueueItem, { verdict, tool, argument, answer, notes }: Draft): object {
  const common = { verdict, notes: notes || null }
  if (verdict === 'unclear') return common
  const isUntouched = verdict === 'wrong' && answer === item.answer
  return { ...common, answer: isUntouched ? null : answer || null, ...callsOf(item, verdict, tool, argument) }
}

/** The form has room for one call. Several that are right stay as they are. */
function callsOf({ plan }: QueueItem, verdict: string, tool: string, argument: string): { calls?: readonly Call[] } {
  if (verdict === 'wrong') return { calls: tool === noTool ? [] : [{ tool, arguments: argument }] }
  const [only, ...more] = plan.calls
  return only === undefined || more.length > 0 ? {} : { calls: [{ tool: only.tool, arguments: argument }] }
}

export function reportErrors(work: () => Promise<void>): void {
  work().catch(error => announce('problem', error instanceof Error ? error.message : String(error)))
}
