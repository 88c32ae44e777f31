import { z } from 'zod'
import { strictObject } from '#runtime/core/strict-object.ts'
import { agentName, KiB, label, share, text } from './body-fields.ts'
import { toolBody } from './tool-body.ts'

export const agentParams = z.object({ agent: agentName })

/** A stage of an agent: one of the models that it calls, with its system prompt. */
const stageBody = strictObject({ name: label, prompt: text(64).nullish(), model: label.nullish() })

/** An agent's description as HTTP takes it. A list of tools of the Model Context Protocol is one, too. */
export const agentBody = strictObject({
  name: label.optional(),
  tools: z
    .array(toolBody)
    .min(1, 'a planner needs at least one tool')
    .max(1000)
    .superRefine((tools, context) => {
      const repeated = firstRepeated(tools)
      if (repeated !== undefined)
        context.addIssue({ code: 'custom', message: `two tools have the name ${repeated}: rename one` })
    }),
  nextCursor: z.null('the list of tools is one page of several: send all pages as one list').optional(),
  stages: z
    .array(stageBody)
    .max(50)
    .superRefine((stages, context) => {
      const repeated = firstRepeated(stages)
      if (repeated !== undefined)
        context.addIssue({ code: 'custom', message: `two stages have the name ${repeated}: rename one` })
    })
    .optional(),
  budgets: strictObject({
    sampleShare: share,
    reviewersPerItem: z.int().min(1).max(9),
    overlapShare: share,
    newGoldForDataset: z.int32().min(1),
    evaluationShare: share,
    syntheticShare: share,
    arms: strictObject({
      impact: share,
      underrepresented: share,
      random: share.min(0.01, 'chance needs at least .01'),
    }).refine(
      ({ impact, underrepresented, random }) => impact + underrepresented + random <= 1,
      'the shares of the arms are more than 1 together',
    ),
  })
    .partial()
    .optional(),
  targets: strictObject({ accuracy: share, margin: share, stratumMargin: share }).partial().optional(),
  sampling: z.enum(['active', 'random']).optional(),
}).refine(({ tools, stages }) => Buffer.byteLength(JSON.stringify([tools, stages])) <= 800 * KiB, {
  path: ['tools'],
  error: 'the tools and prompts are longer than 800 KiB together: shorten them',
})

const firstRepeated = (named: readonly { readonly name: string }[]): string | undefined =>
  named.find(({ name }, index) => named.findIndex(other => other.name === name) < index)?.name

export type AgentBody = z.infer<typeof agentBody>
