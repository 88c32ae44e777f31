import type { PlannerKind } from '../planner.ts'
import { untunedManifest } from './model/manifest.ts'

/** The linear planner: it can be tuned by every rung, and needs nothing but a catalogue. */
export const linear: PlannerKind = {
  name: 'embedded',
  baseOf({ agent, tools }) {
    const names = new Set(tools.map(({ name }) => name))
    if (tools.length === 0) return { outcome: 'unsupported', reason: `agent ${agent} has no tool to choose` }
    if (names.size < tools.length)
      return { outcome: 'unsupported', reason: `two tools of agent ${agent} have one name` }
    return untunedManifest(agent, tools)
  },
  cannotTune: () => undefined,
}
