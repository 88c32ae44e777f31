import { digest } from '#runtime/core/identity.ts'
import type { ChatEscalated, ChatLogged, FeedbackGiven } from '#schemas/events.ts'

/**
 * A hash of what was said and done, to tell whether a record was sent with this content before. Times, durations, tokens, doubt and the
 * source may differ when the same is sent again. It has 28 bits: V8 keeps such a number without memory of its own, and of 10^8 corrections
 * less than one is taken for a repetition.
 */
export function contentHash(event: IngestEvent): number {
  const known = hashes.get(event)
  if (known !== undefined) return known
  const hash = Number.parseInt(digest(JSON.stringify(contentOf(event))).slice(0, 7), 16)
  hashes.set(event, hash)
  return hash
}

type IngestEvent = ChatLogged | ChatEscalated | FeedbackGiven

/** An event is compared before it is appended and remembered afterwards, and may be long. */
const hashes = new WeakMap<IngestEvent, number>()

function contentOf(event: IngestEvent): readonly unknown[] {
  if ('reason' in event) return [event.conversationId, event.turnId, event.reason]
  if ('rating' in event) return [event.conversationId, event.turnId, event.rating, event.comment]
  const { conversationId, turn, question, answer, earlier, steps, plan } = event
  return [
    ...[conversationId, turn, question, answer, plan.calls.map(contentOfCall)],
    earlier.map(({ role, text, calls }) => [role, text, calls.map(contentOfCall)]),
    steps.map(({ text, calls, results }) => [
      text,
      calls.map(contentOfCall),
      results.map(result => [result.text, result.isError]),
    ]),
  ]
}

const contentOfCall = ({ tool, arguments: given }: ChatLogged['plan']['calls'][number]): readonly string[] => [
  tool,
  given,
]
