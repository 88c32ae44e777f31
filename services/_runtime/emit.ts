import { deriveId } from './identity.ts'
import type { LogRecord } from './log.ts'
import type { AnyService } from './service.ts'
import { passedOn } from './traceparent.ts'

type Stamped = { readonly id: string; readonly parents: readonly string[]; readonly at: number; readonly agent: string }

/**
 * Completes what a service emits: identity derived from rule version, input and index, so that a replay makes the same
 * event; the time of the input; its parents; and the trace of the input, as it came unless the step has a span to name.
 */
export function envelope(
  service: AnyService,
  input: { readonly id: string; readonly at: number },
  record: LogRecord,
  out: { readonly topic: string; readonly event: object; readonly parents?: readonly string[] },
  index: number,
  traceparent = passedOn(record.headers['traceparent'], input.id),
): { topic: string; event: Stamped; headers: Record<string, string> } {
  const id = deriveId(service.version, input.id, index)
  const parents = [input.id, ...(out.parents ?? [])]
  return {
    topic: out.topic,
    event: { ...out.event, id, parents, at: input.at } as unknown as Stamped,
    headers: { traceparent },
  }
}
