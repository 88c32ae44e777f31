import { z } from 'zod'

const count = z.int().min(0)
const time = z.int().describe('Milliseconds since 1970.')
const role = z.enum(['reviewer', 'adjudicator'])
const verdict = z.enum(['right', 'wrong', 'unclear'])
const share = z.number().min(0).max(1)
const text = z.string().nullable()

const review = z.strictObject({
  ...{ reviewer: z.string(), verdict, tool: text, argument: text, answer: text, notes: text },
})

const item = z.strictObject({
  sampleId: z.string(),
  conversationId: z.string(),
  question: z.string(),
  earlier: z.array(z.string()).describe("The customer's earlier turns, oldest first."),
  plan: z.looseObject({ tool: z.string(), argument: z.string() }).describe('What the agent decided.'),
  answer: text.describe('What the agent answered; null if not logged.'),
  arms: z.array(z.looseObject({ arm: z.string(), weight: z.number() })).describe('Why it was sampled.'),
  outcome: z.looseObject({}).describe('How the turn went.'),
  judged: z
    .strictObject({
      score: share,
      judge: z.string(),
      trusted: z.boolean(),
      packet: z.looseObject({}).nullable().describe('All that the judge saw; null where it is no longer kept.'),
    })
    .nullable()
    .describe('What the judge said of the plan without knowing gold.'),
  reviews: z.array(review).describe('What an adjudicator settles; empty for reviewers, who do not see each other.'),
  value: z.number().describe('Of reviewing it: higher ones come first.'),
  leasedUntil: time,
})

export const leaseResponse = z.strictObject({ items: z.array(item) })

export const reviewsResponse = z.strictObject({
  accepted: count.describe('Reviews that are in the log now.'),
  duplicates: count.describe('Reviewed by the same person before; nothing was changed.'),
  closed: count.describe('The item had its gold already: the review was not needed.'),
  ids: z.array(z.string()).describe('Ids of all reviews sent, in their order.'),
})

export const queueResponse = z.strictObject({
  open: count,
  disputed: count.describe('Of the open ones, those that wait for an adjudicator.'),
  leased: count,
  closed: count,
  oldest: time.nullable(),
})

export const reviewerResponse = z.strictObject({
  reviewer: text.describe('Whom the key speaks for; null where that must be said.'),
  roles: z.array(role),
  agents: z.array(
    z.strictObject({
      agent: z.string(),
      name: z.string(),
      tools: z.array(z.strictObject({ name: z.string(), description: z.string() })),
    }),
  ),
})

const alpha = z.number().max(1).nullable()
export const agreementResponse = z.strictObject({
  items: count.describe('The newest that several people reviewed; all below is of these.'),
  alpha: z.strictObject({ tool: alpha, verdict: alpha }).describe("Krippendorff's; null where it is not defined."),
  reviewers: z.array(
    z.strictObject({
      reviewer: z.string(),
      reviews: count,
      severity: z
        .number()
        .describe('Share of plans called wrong beyond what others say of the same; negative is lenient.'),
      accuracy: share.describe('Expected share of the tools named that are right, by the consensus (Dawid and Skene).'),
      confusion: z
        .array(z.strictObject({ truth: z.string(), said: z.string(), count: z.number() }))
        .describe('How often `said` was named where `truth` is right, as expected.'),
    }),
  ),
})
