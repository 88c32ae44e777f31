import type { PlannerTool } from './tuning.ts'

/** Today's catalogue, each tool with the description that `known` gives it, or its own where it is new. */
export function withCurrentTools(
  catalogue: readonly PlannerTool[],
  known: readonly PlannerTool[],
): { readonly name: string; readonly description: string }[] {
  const descriptions = new Map(known.map(({ name, description }) => [name, description]))
  return catalogue.map(({ name, description }) => ({ name, description: descriptions.get(name) ?? description }))
}
