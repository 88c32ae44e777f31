import { Fault } from '#runtime/core/faults.ts'

/** The addresses of the wheel that the desk may use. It has no other way in. */
export type ServiceUrls = {
  readonly ingest: string
  readonly gateway: string
  readonly annotation: string
  readonly key?: string | undefined
}

export type QueueItem = {
  readonly sampleId: string
  readonly conversationId: string
  readonly question: string
  readonly plan: { readonly tool: string }
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
  readonly tool?: string
  readonly argument?: string
}
export type BatchQuestion = { readonly question: string; readonly earlier: readonly string[] }

/** The wheel as its users see it: HTTP calls, tried again while a service restarts. */
export function createApi(addresses: ServiceUrls, signal: AbortSignal) {
  const call = async <T>(method: string, url: string, body?: object): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await fetch(url, {
          method,
          headers: {
            'content-type': 'application/json',
            ...(addresses.key ? { authorization: `Bearer ${addresses.key}` } : {}),
          },
          ...(body && { body: JSON.stringify(body) }),
          signal,
        })
        if (answer.ok) return (await answer.json()) as T
        const answerText = await answer.text()
        if (answer.status < 500 && answer.status !== 429)
          throw new Fault('FLY_USAGE', `${method} ${url} answered ${answer.status}: ${answerText.slice(0, 300)}`)
        if (attempt === 8)
          throw new Fault(
            'FLY_BROKER',
            `${method} ${url} keeps answering ${answer.status}: ${answerText.slice(0, 300)}`,
          )
      } catch (error) {
        if (error instanceof Fault || signal.aborted || attempt === 8) throw error
      }
      await new Promise(resolve => setTimeout(resolve, 50 * 2 ** attempt))
    }
  }
  type Accepted = { readonly ids: readonly string[] }
  const firstId = async (answer: Promise<Accepted>): Promise<string> => (await answer).ids[0] ?? ''
  return {
    describeAgent: (agent: string, body: object) => call('PUT', `${addresses.ingest}/v1/agents/${agent}`, body),
    ask: async ({ turns, ...about }: PlanRequest) => {
      const plan = await call<{ tool: string; turnId: string; logged: boolean }>(
        'POST',
        `${addresses.gateway}/v1/plan`,
        {
          ...about,
          question: turns.at(-1),
          earlier: turns.slice(0, -1),
        },
      )
      if (!plan.logged) throw new Fault('FLY_BROKER', 'the gateway could not log a turn: is ingest up?')
      return plan
    },
    rate: (body: TurnRef & { readonly rating: 'up' | 'down' }) =>
      firstId(call<Accepted>('POST', `${addresses.ingest}/v1/feedback`, body)),
    escalate: (body: TurnRef & { readonly reason: string }) =>
      firstId(call<Accepted>('POST', `${addresses.ingest}/v1/escalations`, body)),
    lease: (who: { agent: string; reviewer: string; role: Role }, count: number) =>
      call<{ items: readonly QueueItem[] }>('POST', `${addresses.annotation}/v1/queue/lease`, { ...who, count }),
    queueCounts: (agent: string) =>
      call<{ leased: number; closed: number }>('GET', `${addresses.annotation}/v1/queue?agent=${agent}`),
    review: (reviews: readonly ReviewBody[]) => call('POST', `${addresses.annotation}/v1/reviews`, reviews),
    /** Plans of a given planner, or the released one, that are not logged. */
    planQuestions: (agent: string, questions: readonly BatchQuestion[], planner?: string) =>
      call<{ plans: readonly { readonly tool: string }[]; planner: string }>('POST', `${addresses.gateway}/v1/plan`, {
        agent,
        questions,
        log: false,
        ...(planner ? { planner } : {}),
      }),
  }
}

export type Api = ReturnType<typeof createApi>
