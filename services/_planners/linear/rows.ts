import { Fault } from '#runtime/core/faults.ts'
import { userTexts } from '#schemas/turns.ts'
import type { Example } from '../examples/example-set.ts'
import type { StepInput } from '../plan.ts'
import type { GoldStep } from '../tuning.ts'

/** What the linear planner reads of a step: the user's messages, the last one apart. */
export function questionOf({ messages }: StepInput): {
  readonly question: string
  readonly earlier: readonly string[]
} {
  const texts = [...userTexts(messages)]
  const question = texts.pop()
  if (question === undefined) throw new Fault('FLY_BUG', 'a step has no message of a user')
  return { question, earlier: texts }
}

/** A step as the linear planner learns it. */
export type LinearRow = Example & { readonly synthetic: boolean }

/** The steps with exactly one call: the linear planner cannot learn others. */
export function toLinearRows(steps: readonly GoldStep[]): readonly LinearRow[] {
  return steps.flatMap(({ id, family, synthetic, input, calls }) => {
    const [call, ...more] = calls
    if (call === undefined || more.length > 0) return []
    return [{ id, family, ...questionOf(input), tool: call.tool, argument: call.arguments, synthetic }]
  })
}

export function toExample({ id, family, question, earlier, tool, argument }: LinearRow): Example {
  return { id, family, question, earlier, tool, argument }
}
