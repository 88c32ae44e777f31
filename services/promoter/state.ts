/** The planner served now, of one agent; absent while nothing was released. */
export type ReleasedPlanner = { readonly planner: string; readonly accuracy: number }

export function servedCollection(agent: string): string {
  return `served/${agent}`
}
