import type { DatasetRow } from '#schemas/objects.ts'
import type { Plan, StepInput } from './plan.ts'
import type { GoldStep } from './tuning.ts'

/** The step that answers a question; `earlier` holds the user's messages before it, oldest first. */
export function stepInput({ question, earlier }: Pick<DatasetRow, 'question' | 'earlier'>): StepInput {
  const messages = [...earlier, question].map(text => ({ role: 'user' as const, text, calls: [], callId: null }))
  return { messages }
}

/** A row of a dataset as a step with its one right call. */
export function goldStep(row: DatasetRow): GoldStep {
  const { id, family, synthetic, tool, argument } = row
  return { id, family, synthetic, input: stepInput(row), calls: [{ id: null, tool, arguments: argument }] }
}

/** The tool's name in tables and strata where an agent answers without one. */
export const NO_TOOL = '(none)'

/** The one call that events and chat logs have room for; NO_TOOL where the plan has none. */
export function firstCall({ calls }: Plan): { readonly tool: string; readonly argument: string } {
  const [call] = calls
  return call === undefined ? { tool: NO_TOOL, argument: '' } : { tool: call.tool, argument: call.arguments }
}
