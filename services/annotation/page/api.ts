/** What the page sends and gets: see openapi.json. */

export type Call = { readonly tool: string; readonly arguments: string }
export type Message = {
  readonly role: string
  readonly text: string
  readonly calls: readonly (Call & { readonly id: string | null })[]
  readonly callId: string | null
}
export type QueueItem = {
  readonly sampleId: string
  readonly question: string
  readonly earlierCut: number
  readonly step: number
  readonly messages: readonly Message[]
  readonly results: readonly { readonly text: string; readonly isError: boolean | null }[]
  readonly hasPrompt: boolean
  readonly plan: { readonly calls: readonly Call[]; readonly confidence?: number | null }
  readonly answer: string | null
  readonly judged: { score: number; judge: string; trusted: boolean; packet: object | null } | null
  readonly reviews: readonly Review[]
  readonly waitsFor: { readonly reviews: number; readonly needed: number; readonly disputed: boolean }
}
type Review = {
  readonly reviewer: string
  readonly verdict: string
  readonly calls: readonly Call[] | null
  readonly answer: string | null
  readonly notes: string | null
}
/** What was typed. */
export type Draft = { verdict: string; calls: readonly Call[]; answer: string; notes: string }
/** `until`: when its lease ends, in milliseconds of the page's own clock. `draft`: what was typed and is not sent. */
export type LeasedQueueItem = QueueItem & { until: number; draft?: Draft }
export type Leased = { readonly items: readonly QueueItem[]; readonly left: number }
export type ReviewAgent = { readonly agent: string; readonly name: string; readonly tools: readonly Tool[] }
export type Tool = { readonly name: string; readonly description: string; readonly argumentSchema: string | null }
export type ReviewerInfo = {
  readonly reviewer: string | null
  readonly roles: readonly string[]
  readonly agents: readonly ReviewAgent[]
}
export type CallProblem = { readonly call: number; readonly path: string; readonly problem: string }

/** The name that stands for an answer without a tool. */
export const noTool = '(none)'

/** Requests to the server, under the key of the reviewer. */
export function createApi(onUnauthorised: () => void) {
  let apiKey = ''
  return {
    setApiKey(given: string): void {
      apiKey = given
    },
    /** The answer to a request. Throws an Error with the server's message. */
    async request<T>(path: string, body?: object): Promise<T> {
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
      if (answer.status === 401) onUnauthorised()
      throw new Error(content.error.message)
    },
  }
}
