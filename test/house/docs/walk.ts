import type { Import } from '../imports/graph.ts'

/** A numbered step: one file to open, and what happens in it. */
export type Step = { readonly path: string; readonly text: string }

/** A part of the walk. Where its heading names services, what it says happens in them. */
export type Part = { readonly title: string; readonly services: readonly string[]; readonly steps: readonly Step[] }

/** The parts of `docs/architecture.md`: a `##` heading, then list items that begin with a link to a file. */
export function partsOf(markdown: string): readonly Part[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map(part => {
      const [title = '', ...lines] = part.split('\n')
      const items = lines
        .join('\n')
        .matchAll(/^\d+\. \[`(?<name>[^`]+)`\]\(\.\.\/(?<path>[^)]+)\): (?<text>(?:.|\n {2,})*)/gm)
      return {
        title,
        services: Array.from(title.matchAll(/`([^`]+)`/g), ([, name]) => name ?? ''),
        steps: Array.from(items, ({ groups }) => ({ path: groups?.['path'] ?? '', text: groups?.['text'] ?? '' })),
      }
    })
    .filter(({ steps }) => steps.length > 0)
}

export const filesOf = (parts: readonly Part[]): readonly string[] => [
  ...new Set(parts.flatMap(({ steps }) => steps.map(({ path }) => path))),
]

/** Steps that nothing before them in their part leads to: neither imports the other. The first step of a part stands for itself. */
export function leaps(parts: readonly Part[], imports: ReadonlyMap<string, readonly Import[]>): readonly string[] {
  const isEdge = (from: string, to: string): boolean => imports.get(from)?.some(found => found.to === to) ?? false
  return parts.flatMap(({ title, steps }) =>
    steps.flatMap(({ path }, index) => {
      const before = steps.slice(0, index).map(step => step.path)
      const isLed = index === 0 || before.some(earlier => isEdge(earlier, path) || isEdge(path, earlier))
      return isLed ? [] : [`${title}: no step before ${path} imports it or is imported by it`]
    }),
  )
}

/** An edge between two services, over a topic or over HTTP. */
export type ServiceEdge = readonly [from: string, to: string]

/** Services of a part that no service of an earlier part leads to. */
export function unreachedServices(parts: readonly Part[], edges: readonly ServiceEdge[]): readonly string[] {
  const seen = new Set<string>()
  return parts.flatMap(({ services }) => {
    const lost = services.filter(
      service => seen.size > 0 && !seen.has(service) && !edges.some(([from, to]) => to === service && seen.has(from)),
    )
    for (const service of services) seen.add(service)
    return lost
  })
}

/** Steps whose text is not one or two sentences. */
export const longSteps = (parts: readonly Part[]): readonly string[] =>
  parts.flatMap(({ steps }) =>
    steps.flatMap(({ path, text }) => {
      const sentences = text.replace(/`[^`]*`/g, '').match(/[.!?](?=\s|$)/g)?.length ?? 0
      return sentences === 1 || sentences === 2 ? [] : [`${path}: ${sentences} sentences, one or two are enough`]
    }),
  )
