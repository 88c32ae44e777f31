import { element, field, tell } from './dom.ts'
import { askForKey, show, typed } from './form.ts'

/** What the page holds of the queue, and how it talks to the server. */

export type Item = {
  readonly sampleId: string
  readonly question: string
  readonly earlier: readonly string[]
  readonly plan: { readonly tool: string; readonly argument: string; readonly confidence?: number | null }
  readonly answer: string | null
  readonly judged: { score: number; judge: string; trusted: boolean; packet: object | null } | null
  readonly reviews: readonly object[]
}
export type Written = { verdict: string; tool: string; argument: string; answer: string; notes: string }
/** `until`: when its lease ends, by the page's own clock in milliseconds. `written`: what was typed and is not sent. */
export type Held = Item & { until: number; written?: Written }
export type Agent = { readonly agent: string; readonly name: string; readonly tools: readonly Tool[] }
type Tool = { readonly name: string; readonly description: string }
export type Reviewer = {
  readonly reviewer: string | null
  readonly roles: readonly string[]
  readonly agents: readonly Agent[]
}

const leaseMinutes = 10
const askAgainMs = 5_000

let key = ''
/** What is reviewed now, and what comes next: leased before it is needed, so that nobody waits for it. */
let held: Held[] = []
export const sent = new Set<string>()
export let shown: Held | undefined

const who = () => ({ agent: field('agent').value, reviewer: field('reviewer').value, role: field('role').value })

/** The answer to a request. Throws an Error with what the server said. */
export async function call<T>(path: string, body?: object): Promise<T> {
  const answer = await fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(key !== '' && { authorization: `Bearer ${key}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const said = await answer.json()
  if (answer.ok) return said
  if (answer.status === 401) askForKey()
  throw new Error(said.error.message)
}

export function useKey(given: string): void {
  key = given
}

/** Leases what is reviewed now and what comes next. */
export async function fill(): Promise<void> {
  const until = performance.now() + leaseMinutes * 60_000
  const { items } = await call<{ items: Item[] }>('/v1/queue/lease', { ...who(), count: 2, minutes: leaseMinutes })
  for (const item of items) {
    const known = held.find(({ sampleId }) => sampleId === item.sampleId)
    if (known) known.until = until
    else if (!sent.has(item.sampleId)) held.push({ ...item, until })
  }
  if (!shown) next()
}

function next(): void {
  held = held.filter(({ until }) => until > performance.now())
  shown = held[0]
  element('desk').hidden = !shown
  if (shown) {
    show(shown)
    return
  }
  tell('status', `Nothing to review${sent.size > 0 ? `, ${sent.size} done` : ''}. New items appear here.`)
  setTimeout(() => {
    if (!shown) attempt(fill)
  }, askAgainMs)
}

/** The next item does not wait for this one to be sent. */
export function hand(item: Held, written: Written): void {
  sent.add(item.sampleId)
  held = held.filter(one => one !== item)
  next()
  attempt(() => send(item, written))
}

/** Sends what was written; where that fails the item comes back, and nothing that was typed is lost. */
async function send(item: Held, written: Written): Promise<void> {
  try {
    await call('/v1/reviews', { ...who(), sampleId: item.sampleId, ...reviewOf(item, written) })
  } catch (error) {
    sent.delete(item.sampleId)
    if (shown) shown.written = typed()
    held.unshift({ ...item, written })
    next()
    throw error
  }
  await fill()
}

/** An answer of the agent that was wrong is no gold answer just because nobody touched it. */
function reviewOf(item: Item, { verdict, tool, argument, answer, notes }: Written): object {
  const common = { verdict, notes: notes || null }
  if (verdict === 'unclear') return common
  const isUntouched = verdict === 'wrong' && answer === item.answer
  return { ...common, argument, answer: isUntouched ? null : answer || null, ...(verdict === 'wrong' && { tool }) }
}

export function attempt(work: () => Promise<void>): void {
  work().catch(error => tell('problem', error instanceof Error ? error.message : String(error)))
}
