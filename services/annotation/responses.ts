import { z } from 'zod'

const count = z.int().min(0)
const time = z.int().describe('Milliseconds since 1970.')
const role = z.enum(['reviewer', 'adjudicator'])
const verdict = z.enum(['right', 'wrong', 'unclear'])
const share = z.number().min(0).max(1)
const text = z.string().nullable()

const call = z.strictObject({ id: text, tool: z.string(), arguments: z.string() })
const message = z.strictObject({
  ...{ role: z.enum(['user', 'assistant', 'tool']), text: z.string(), calls: z.array(call), callId: text },
})

const review = z.strictObject({
  ...{ reviewer: z.string(), verdict, calls: z.array(call).nullable(), answer: text, notes: text },
})

const item = z.strictObject({
  sampleId: z.string(),
  conversationId: z.string(),
  question: z.string(),
  earlier: z.array(message).describe('The messages before the turn, oldest first.'),
  earlierCut: count.describe('Messages before those of `earlier` that were left out.'),
  step: count.describe('The step of the turn to review, from 0.'),
  messages: z.array(message).describe('Everything before the step, oldest first.'),
  results: z
    .array(z.strictObject({ callId: text, text: z.string(), isError: z.boolean().nullable() }))
    .describe('What the calls of the step returned.'),
  hasPrompt: z.boolean().describe('Whether the system prompt is known: `GET /v1/queue/prompt` has it.'),
  plan: z.looseObject({ calls: z.array(call) }).describe('What the agent decided.'),
  answer: text.describe('What the agent answered; null if not logged.'),
  arms: z.array(z.looseObject({ arm: z.string(), weight: z.number() })).describe('Why it was sampled.'),
  outcome: z.looseObject({}).describe('The outcome of the turn.'),
  judged: z
    .strictObject({
      score: share,
      judge: z.string(),
      trusted: z.boolean(),
      packet: z
        .looseObject({})
        .nullable()
        .describe('The evidence that the judge used; null where it is no longer kept.'),
    })
    .nullable()
    .describe('The score of the judge, given without gold.'),
  reviews: z
    .array(review)
    .describe(
      'For adjudicators, the reviews that disagree; empty for reviewers, who do not see the reviews of others.',
    ),
  waitsFor: z
    .strictObject({ reviews: count, needed: count, disputed: z.boolean() })
    .describe('Reviews that it has and needs; disputed: they disagree, and an adjudicator decides.'),
  value: z.number().describe('The priority of the item: higher ones come first.'),
  leasedUntil: time,
})

export const leaseResponse = z.strictObject({
  items: z.array(item),
  left: count.describe('Items that this reviewer could review now, those of the answer included.'),
})

export const checkResponse = z.strictObject({
  problems: z.array(
    z.strictObject({
      call: count.describe('Its place in the calls, from 0.'),
      path: z.string().describe('JSON Pointer of the value in the arguments; empty for the call as a whole.'),
      problem: z.string(),
    }),
  ),
})

export const promptResponse = z.strictObject({
  text: text.describe('The system prompt of the turn; null where it is not known or no longer kept.'),
})

export const giveBackResponse = z.strictObject({
  givenBack: count.describe('Items that this reviewer held and that others can lease now.'),
})

export const reviewsResponse = z.strictObject({
  accepted: count.describe('Reviews that are in the log now.'),
  duplicates: count.describe('Reviews by a person who had reviewed the sample before; they changed nothing.'),
  closed: count.describe('Reviews of items that had gold already; they changed nothing.'),
  ids: z.array(z.string()).describe('Ids of all reviews sent, in their order.'),
})

export const queueResponse = z.strictObject({
  open: count,
  disputed: count.describe('Open items that wait for an adjudicator.'),
  leased: count,
  closed: count,
  oldest: time.nullable(),
  skipped: z
    .record(z.string(), count)
    .describe('How often items of all agents were skipped since the start, by reason.'),
})

export const reviewerResponse = z.strictObject({
  reviewer: text.describe('The reviewer that the key stands for; null where requests must name it.'),
  roles: z.array(role),
  agents: z.array(
    z.strictObject({
      agent: z.string(),
      name: z.string(),
      tools: z.array(z.strictObject({ name: z.string(), description: z.string(), argumentSchema: text })),
    }),
  ),
})

const pairAgreement = {
  pairs: count.describe('Pairs of reviews of one item.'),
  share: share.describe('Share of the pairs that said the same.'),
}
const alpha = z.number().max(1).nullable()
export const agreementResponse = z.strictObject({
  items: count.describe('The newest items that several people reviewed; the figures below are of these.'),
  steps: z.array(z.strictObject({ step: count, ...pairAgreement })).describe('Of the tools, by step of the turn.'),
  arguments: z
    .array(z.strictObject({ tool: z.string(), argument: z.string(), ...pairAgreement }))
    .describe(
      'Of values of arguments, among reviewers who called the tool. argument: empty where the tool takes a text.',
    ),
  alpha: z
    .strictObject({ tool: alpha, verdict: alpha })
    .describe("Krippendorff's alpha; null where it is not defined."),
  reviewers: z.array(
    z.strictObject({
      reviewer: z.string(),
      reviews: count,
      severity: z
        .number()
        .describe('Share of plans called wrong beyond what others say of the same; negative is lenient.'),
      accuracy: share.describe('Expected share of the named tools that are right, by the consensus (Dawid and Skene).'),
      confusion: z
        .array(z.strictObject({ truth: z.string(), said: z.string(), count: z.number() }))
        .describe('How often `said` was named where `truth` is right, as expected.'),
    }),
  ),
})
