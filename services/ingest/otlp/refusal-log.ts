/** A refusal is logged at most once in this time, by its reason. */
const logEveryMs = 60_000
/** Most reasons in that time: they hold names that senders choose. */
const maxReasons = 20

type Refusal = { readonly reason: string; readonly spans: number }

/** Logs refusals, each reason once a minute. */
export function createRefusalLog(write: (refusal: Refusal) => void, now: () => number) {
  let logged = new Set<string>()
  let since = Number.NEGATIVE_INFINITY
  return (refusals: readonly Refusal[]): void => {
    if (now() - since >= logEveryMs) {
      logged = new Set()
      since = now()
    }
    for (const { reason, spans } of refusals) {
      if (logged.has(reason) || logged.size >= maxReasons) continue
      logged.add(reason)
      write({ reason, spans })
    }
  }
}
