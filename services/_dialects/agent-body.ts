import { z } from 'zod'
import { isObject, parseIfJson } from '#runtime/core/json.ts'
import { strictObject } from '#runtime/core/strict-object.ts'
import { agentName, KiB, label, nonEmptyText, share, text } from './body-fields.ts'

export const agentParams = z.object({ agent: agentName })

const jsonSchema = z.union([
  z.record(z.string(), z.unknown()),
  text(64).refine(value => isObject(parseIfJson(value)), 'must be a JSON Schema, as an object or its text'),
])

/** An agent's description as HTTP takes it. */
export const agentBody = strictObject({
  name: label.optional(),
  tools: z
    .array(strictObject({ name: label, description: nonEmptyText(8), argumentSchema: jsonSchema.nullish() }))
    .min(1, 'a planner needs at least one tool')
    .max(1000)
    .refine(
      tools => Buffer.byteLength(JSON.stringify(tools)) <= 800 * KiB,
      'the catalogue is longer than 800 KiB: shorten it',
    )
    .refine(
      tools => new Set(tools.map(({ name }) => name)).size === tools.length,
      'two tools have the same name: rename one',
    ),
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
})

export type AgentBody = z.infer<typeof agentBody>
