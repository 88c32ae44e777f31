import type { createApi, Draft, Leased, LeasedQueueItem } from './api.ts'
import { announce, element, field, reportErrors } from './dom.ts'

/** The items that the page has leased, and the reviews that it sends. */

/** What the form does for the queue. */
export type QueueForm = {
  /** Shows the item to review; `done` is the number of reviews written so far, `left` how many this reviewer could do. */
  readonly onItem: (item: LeasedQueueItem, done: number, left: number) => void
  /** What is typed now. */
  readonly readForm: () => Draft
}

const leaseMinutes = 10
const pollMs = 5_000
/** A review is sent this long after it was written, or with the next one: until then it can be taken back. */
const undoMs = 5_000
/** The item that can be taken back, the current one, and the next, so that the reviewer does not wait for it. */
const leaseCount = 3

export function createQueue({ request }: ReturnType<typeof createApi>, form: QueueForm) {
  let leased: LeasedQueueItem[] = []
  let current: LeasedQueueItem | undefined
  let left = 0
  /** Requests under way that may bring more items. */
  let pending = 0
  let unsent: { readonly item: LeasedQueueItem; readonly draft: Draft } | undefined
  let sendTimer = 0
  const doneIds = new Set<string>()
  const skippedIds = new Set<string>()

  const reviewerFields = () => ({
    agent: field('agent').value,
    reviewer: field('reviewer').value,
    role: field('role').value,
  })

  /** Renews the leases, and leases more. */
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
    const answer = await request<Leased>('/v1/queue/lease', {
      ...reviewerFields(),
      count: leaseCount,
      minutes: leaseMinutes,
    })
    left = answer.left - (unsent ? 1 : 0)
    for (const item of answer.items) {
      const known = leased.find(({ sampleId }) => sampleId === item.sampleId)
      if (known) known.until = until
      else if (!doneIds.has(item.sampleId) && !skippedIds.has(item.sampleId)) leased.push({ ...item, until })
    }
  }

  function showNext(): void {
    leased = leased.filter(({ until }) => until > performance.now())
    current = leased[0]
    element('desk').hidden = !current
    if (current) {
      form.onItem(current, doneIds.size, left)
      return
    }
    if (pending > 0) {
      announce('status', 'Loading the next item.')
      return
    }
    announce('status', `Nothing to review${doneIds.size > 0 ? `, ${doneIds.size} done` : ''}. New items appear here.`)
    setTimeout(() => {
      if (!current) reportErrors(leaseItems)
    }, pollMs)
  }

  /** Shows the next item at once. The review is sent with the next one, or soon after. */
  function submitReview(item: LeasedQueueItem, draft: Draft): void {
    sendUnsent()
    unsent = { item, draft }
    sendTimer = setTimeout(sendUnsent, undoMs)
    doneIds.add(item.sampleId)
    left--
    leaveItem(item)
  }

  function leaveItem(item: LeasedQueueItem): void {
    leased = leased.filter(one => one !== item)
    reportErrors(leaseItems)
    showNext()
  }

  function sendUnsent(): void {
    clearTimeout(sendTimer)
    const sending = unsent
    unsent = undefined
    if (sending) reportErrors(() => sendReview(sending.item, sending.draft))
  }

  /** If sending fails, the item is shown again with what was typed. */
  async function sendReview(item: LeasedQueueItem, draft: Draft): Promise<void> {
    try {
      await request('/v1/reviews', { ...reviewerFields(), sampleId: item.sampleId, ...reviewOf(item, draft) })
    } catch (error) {
      showAgain(item, draft)
      throw error
    }
  }

  function showAgain(item: LeasedQueueItem, draft: Draft): void {
    doneIds.delete(item.sampleId)
    if (current) current.draft = form.readForm()
    leased.unshift({ ...item, draft })
    showNext()
  }

  /** Shows the last item again, if its review is not sent yet. Whether it did. */
  function undo(): boolean {
    if (!unsent) return false
    clearTimeout(sendTimer)
    const { item, draft } = unsent
    unsent = undefined
    left++
    showAgain(item, draft)
    return true
  }

  function skip(item: LeasedQueueItem, reason: string): void {
    skippedIds.add(item.sampleId)
    const body = { ...reviewerFields(), sampleIds: [item.sampleId], reason }
    reportErrors(async () => {
      await request('/v1/queue/give-back', body)
    })
    left--
    leaveItem(item)
  }

  /** Others get at once what this page holds and did not show, or showed and did not get an answer to. */
  addEventListener('pagehide', () => {
    sendUnsent()
    const sampleIds = leased.map(({ sampleId }) => sampleId)
    if (sampleIds.length > 0) reportErrors(() => request('/v1/queue/give-back', { ...reviewerFields(), sampleIds }))
  })

  return { leaseItems, submitReview, undo, skip, current: () => current }
}

/** The answer of a wrong plan, if the reviewer did not change it, is not taken to be right. */
function reviewOf(item: LeasedQueueItem, { verdict, calls, answer, notes }: Draft): object {
  const common = { verdict, notes: notes || null }
  if (verdict === 'unclear') return common
  if (verdict === 'right') return { ...common, answer: answer || null }
  return { ...common, calls, answer: answer === (item.answer ?? '') ? null : answer || null }
}
