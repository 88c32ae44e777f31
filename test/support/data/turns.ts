import type { Call, Message, Plan, Step } from '#schemas/events.ts'

export const call = (tool: string, written = '', id: string | null = null): Call => ({ id, tool, arguments: written })

export const userMessage = (text: string): Message => ({ role: 'user', text, calls: [], callId: null })

/** A plan of one call by a planner that states nothing about itself. */
export const planOf = (tool: string, written = '', fields: Partial<Plan> = {}): Plan => ({
  calls: [call(tool, written)],
  confidence: null,
  margin: null,
  planner: null,
  model: null,
  ...fields,
})

/** A step of a planner; without calls it answered itself. */
export const stepOf = (calls: readonly Call[], fields: Partial<Step> = {}): Step => ({
  stage: 'planner',
  calls,
  results: [],
  problems: [],
  text: null,
  model: null,
  latencyMs: null,
  inputTokens: null,
  outputTokens: null,
  cachedTokens: null,
  ...fields,
})

type TurnFields = {
  readonly earlier: readonly Message[]
  readonly earlierCut: number
  readonly prompt: string | null
  readonly steps: readonly Step[]
}

/** What every event that repeats a turn has, of a conversation's first turn without a log of its steps. */
export const turnFields: TurnFields = { earlier: [], earlierCut: 0, prompt: null, steps: [] }
