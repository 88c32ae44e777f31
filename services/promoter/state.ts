/** The planner served now, of one agent; absent while nothing was released. */
export type Served = { readonly planner: string; readonly accuracy: number }

export function servedOf(agent: string): string {
  return `served/${agent}`
}
