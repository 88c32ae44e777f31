import { codeLines, linesWith, type Violation } from './text.ts'

/** Strings that must not be written out: each with what to write instead. */
export type ForbiddenStrings = ReadonlyMap<string, string>

/** What a rule says about one file. */
export type TextRule = (path: string, text: string) => readonly Violation[]

const serviceFolderOf = (path: string): string | undefined => /^services\/([^/]+)\//.exec(path)?.[1]

/** The map has the names of topics: a name in quotes may be misspelt, or stay behind when the map changes. */
export function quotedTopics(path: string, text: string, forbidden: ForbiddenStrings): readonly Violation[] {
  // The tests of the rules quote what must be found.
  if (!/^(services|test)\//.test(path) || path.startsWith('test/house/')) return []
  return codeLines(text).flatMap((code, index) =>
    Array.from(code.matchAll(/(['"`])(?<quoted>(?:(?!\1).)*)\1/g)).flatMap(({ groups }) => {
      const quoted = groups?.['quoted'] ?? ''
      const instead = forbidden.get(quoted)
      if (instead === undefined) return []
      return [{ path, line: index + 1, message: `'${quoted}' is the name of a topic: write ${instead}` }]
    }),
  )
}

/** Time comes from the clock's port, chance from `identity.ts`, settings from `config.ts`. */
export const ambientAccess: TextRule = (path, text) => {
  const folder = serviceFolderOf(path)
  if (folder === undefined || folder === '_cli') return []
  const banned = folder === '_runtime' ? /\bMath\.random\b/ : /\b(?:Math\.random|Date\.now|process\.env)\b|new Date\(\)/
  return linesWith(banned, text).map(({ line, found }) => ({
    path,
    line,
    message: `uses ${found}: time, chance and settings come through ports and config`,
  }))
}

/** A process entry only wires and starts: no test runs a branch in it. */
export const branchesInMain: TextRule = (path, text) => {
  if (!/^services\/[^_/][^/]*\/main\.ts$/.test(path)) return []
  return linesWith(/\b(?:if|switch|for|while)\b|\?/, text).map(({ line }) => ({
    path,
    line,
    message: 'branches: a main.ts wires and starts, decisions are in tested files',
  }))
}

/** A cast through `never` or `unknown` switches the compiler off. */
export const forcedTypes: TextRule = (path, text) => {
  if (!path.startsWith('services/')) return []
  return linesWith(/\bas (?:never|unknown as)\b/, text).map(({ line, found }) => ({
    path,
    line,
    message: `has '${found}': narrow the type, or take a narrower port`,
  }))
}

/** Where a module is loaded whose name is known only when the program runs. */
const loadersByName = ['services/_runtime/core/worker-pool.ts', 'services/_runtime/replay/rules.ts']

/** Tools follow only imports that name their file. */
export const computedImports: TextRule = (path, text) => {
  if (!path.startsWith('services/') || loadersByName.includes(path)) return []
  return linesWith(/\bimport\((?!'')/, text).map(({ line }) => ({
    path,
    line,
    message: 'imports a module by a computed name, which no tool can follow',
  }))
}

/** Labels of metrics whose values come from the map, the settings or a list in the code: each value is a series for ever. */
const boundedLabels = new Set([
  ...['service', 'topic', 'partition', 'group', 'stage', 'code', 'outcome', 'kind', 'reason'],
  ...['method', 'route', 'status', 'model', 'quantile'],
])

/** A label with ever new values, such as an hour or an id, makes ever new series, which fill the memory of Prometheus. */
export const unboundedLabels: TextRule = (path, text) => {
  if (!path.startsWith('services/')) return []
  return codeLines(text).flatMap((code, index) => {
    const names = /\blabelNames: \[(?<names>[^\]]*)\]/.exec(code)?.groups?.['names'] ?? ''
    return Array.from(names.matchAll(/'(\w+)'/g)).flatMap(([, name = '']) =>
      boundedLabels.has(name)
        ? []
        : [
            {
              path,
              line: index + 1,
              message: `label ${name}: use one with bounded values, or add it to boundedLabels`,
            },
          ],
    )
  })
}
