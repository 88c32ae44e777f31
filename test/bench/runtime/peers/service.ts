import type { AnyService } from '#runtime/service.ts'
import type { ChatLogged } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { ServiceName } from '#topology/types.ts'
import { select, version } from '../rule.ts'

/** The bench's rule under the name of a service; with `remember` it also keeps one entry of state for each record. */
export function benchService(name: ServiceName, onRecord: () => void, remember = false): AnyService {
  return {
    name,
    version,
    decide: ({ event }: { readonly event: ChatLogged }) => {
      onRecord()
      const { id, at, agent, plan } = event
      return {
        emit: [{ topic: topic.selectedSamples, event: select(event) }],
        ...(remember && { stateChanges: [{ collection: agent, key: id, value: { at, tool: plan.tool } }] }),
      }
    },
  }
}
