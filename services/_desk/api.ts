import { setTimeout as sleep } from 'node:timers/promises'
import { type BackoffLimits, backoffMs } from '#runtime/core/backoff.ts'
import { at } from '#runtime/core/checked.ts'
import { Fault } from '#runtime/core/faults.ts'

const maxAttempts = 8
const backoff: BackoffLimits = { firstMs: 100, maxMs: 6_400 }

/** Base URLs of the services that the desk calls, and headers to send, such as the API key. */
export type ServiceUrls = {
  readonly ingest: string
  readonly gateway: string
  readonly annotation: string
  readonly headers?: Readonly<Record<string, string>>
}

export type QueueItem = {
  readonly sampleId: string
  readonly conversationId: string
  readonly question: string
  readonly plan: { readonly calls: readonly Call[] }
}
export type TurnRef = { readonly agent: string; readonly conversationId: string; readonly turnId: string }
type PlanRequest = {
  readonly agent: string
  readonly conversationId: string
  readonly turn: number
  readonly userId: string
  readonly turns: readonly string[]
}
export type Role = 'reviewer' | 'adjudicator'
export type ReviewBody = {
  readonly agent: string
  readonly sampleId: string
  readonly reviewer: string
  readonly role: Role
  readonly verdict: 'right' | 'wrong'
  readonly calls?: readonly Call[]
}
export type BatchQuestion = { readonly question: string; readonly earlier: readonly UserMessage[] }

type UserMessage = { readonly role: 'user'; readonly text: string }
type Planned = { readonly calls: readonly Call[] }
type Call = { readonly tool: string; readonly arguments: string }

export const userMessages = (texts: readonly string[]): readonly UserMessage[] =>
  texts.map(text => ({ role: 'user', text }))

/** The HTTP calls of customers and reviewers. 429, 5xx and broken connections are retried: a service may be restarting. */
export function createApi(urls: ServiceUrls, signal: AbortSignal) {
  const call = async <T>(method: string, url: string, body?: object): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await fetch(url, {
          method,
          headers: { 'content-type': 'application/json', ...urls.headers },
          ...(body && { body: JSON.stringify(body) }),
          signal,
        })
        if (answer.ok) return (await answer.json()) as T
        const problem = `${method} ${url} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`
        if (answer.status < 500 && answer.status !== 429) throw new Fault('FLY_USAGE', problem)
        if (attempt === maxAttempts) throw new Fault('FLY_BROKER', `${problem} (${attempt} attempts)`)
      } catch (error) {
        if (error instanceof Fault || signal.aborted || attempt === maxAttempts) throw error
      }
      await sleep(backoffMs(attempt - 1, backoff), undefined, { signal })
    }
  }
  type Accepted = { readonly ids: readonly string[] }
  const firstId = async (answer: Promise<Accepted>): Promise<string> => at((await answer).ids, 0)
  return {
    describeAgent: (agent: string, body: object) => call('PUT', `${urls.ingest}/v1/agents/${agent}`, body),
    ask: async ({ turns, ...about }: PlanRequest) => {
      const plan = await call<Planned & { turnId: string; logged: boolean }>('POST', `${urls.gateway}/v1/plan`, {
        ...about,
        question: turns.at(-1),
        earlier: userMessages(turns.slice(0, -1)),
      })
      if (!plan.logged) throw new Fault('FLY_BROKER', 'the gateway could not log a turn: is ingest up?')
      return plan
    },
    rate: (body: TurnRef & { readonly rating: 'up' | 'down' }) =>
      firstId(call<Accepted>('POST', `${urls.ingest}/v1/feedback`, body)),
    escalate: (body: TurnRef & { readonly reason: string }) =>
      firstId(call<Accepted>('POST', `${urls.ingest}/v1/escalations`, body)),
    lease: (who: { agent: string; reviewer: string; role: Role }, count: number) =>
      call<{ items: readonly QueueItem[] }>('POST', `${urls.annotation}/v1/queue/lease`, { ...who, count }),
    queueCounts: (agent: string) =>
      call<{ leased: number; closed: number }>('GET', `${urls.annotation}/v1/queue?agent=${agent}`),
    review: (reviews: readonly ReviewBody[]) => call('POST', `${urls.annotation}/v1/reviews`, reviews),
    /** Plans of a given planner, by default the released one; they are not logged. */
    planQuestions: (agent: string, questions: readonly BatchQuestion[], planner?: string) =>
      call<{ plans: readonly Planned[]; planner: string }>('POST', `${urls.gateway}/v1/plan`, {
        agent,
        questions,
        log: false,
        ...(planner ? { planner } : {}),
      }),
  }
}

export type Api = ReturnType<typeof createApi>
