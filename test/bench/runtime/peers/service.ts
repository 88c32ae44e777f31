import type { Service } from '#runtime/service.ts'
import { toolOf } from '#schemas/turns.ts'
import { topic } from '#topology/topic-names.ts'
import { select, version } from '../rule.ts'

/** The bench's rule in place of the sampler's; with `remember` it also writes one entry of state per record. */
export function benchService(onRecord: () => void, remember = false): Service<'sampler'> {
  return {
    name: 'sampler',
    version,
    decide: inbound => {
      if (inbound.topic !== topic.chatLogs) return {}
      onRecord()
      const { event } = inbound
      const { id, at, agent, plan } = event
      return {
        emit: [{ topic: topic.selectedSamples, event: select(event) }],
        ...(remember && { stateChanges: [{ collection: agent, key: id, value: { at, tool: toolOf(plan.calls) } }] }),
      }
    },
  }
}
