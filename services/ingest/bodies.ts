import { z } from 'zod'
import { strictObject } from '#runtime/core/strict-object.ts'

const KiB = 1024
const text = (kibibytes: number) =>
  z.string().refine(value => Buffer.byteLength(value) <= kibibytes * KiB, `longer than ${kibibytes} KiB: shorten it`)
const nonEmptyText = (kibibytes: number) =>
  text(kibibytes).refine(value => value.trim() !== '', 'is empty: send some text')
const label = z.string().regex(/^[^\p{Cc}]{1,200}$/u, 'must have 1 to 200 characters, none of them a control character')
const share = z.number().min(0).max(1)

/** Names collections, keys and paths, so it is kept plain. */
const agentName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be 1 to 100 letters, digits, dots, dashes or underscores')

const timeShape =
  'must be milliseconds (not seconds) since 1970, or ISO 8601 with a zone such as 2026-01-31T09:30:00Z, between 1973 and 2096'
/** Seconds and microseconds are none, nor are the dates that clocks show when they are not set. */
const milliseconds = z.int().min(100_000_000_000, timeShape).max(4_000_000_000_000, timeShape)
const time = z.union(
  [
    milliseconds,
    z.iso
      .datetime({ offset: true, error: timeShape })
      .transform(iso => Date.parse(iso))
      .pipe(milliseconds),
  ],
  timeShape,
)

const commonFields = { id: label.nullish(), agent: agentName, conversationId: label, at: time.nullish() }

export const chatLogBody = strictObject({
  ...commonFields,
  turn: z.int32().min(0),
  userId: label.nullish(),
  question: nonEmptyText(8),
  earlier: z.array(text(8)).max(50, 'more than 50 turns: send the newest').nullish(),
  plan: strictObject({
    tool: label,
    argument: text(8),
    confidence: share.nullish(),
    margin: share.nullish(),
    planner: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256: 64 hexadecimal digits')
      .nullish(),
  }),
  answer: text(32).nullish(),
  latencyMs: z.number().min(0).nullish(),
  source: label.nullish(),
})
export const escalationBody = strictObject({ ...commonFields, turnId: label.nullish(), reason: nonEmptyText(8) })
export const feedbackBody = strictObject({
  ...commonFields,
  turnId: label.nullish(),
  rating: z.enum(['up', 'down']),
  comment: text(8).nullish(),
})

export const agentParams = z.object({ agent: agentName })

export const agentBody = strictObject({
  name: label.optional(),
  tools: z
    .array(
      strictObject({
        name: label,
        description: nonEmptyText(8),
        argumentSchema: z
          .union([
            z.record(z.string(), z.unknown()),
            text(64).refine(isJsonObject, 'must be a JSON Schema, as an object or its text'),
          ])
          .nullish(),
      }),
    )
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

export type ChatLogBody = z.infer<typeof chatLogBody>
export type EscalationBody = z.infer<typeof escalationBody>
export type FeedbackBody = z.infer<typeof feedbackBody>
export type AgentBody = z.infer<typeof agentBody>

function isJsonObject(value: string): boolean {
  try {
    const parsed: unknown = JSON.parse(value)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
  } catch {
    return false
  }
}
