import type { Import } from '../imports/graph.ts'
import { type Files, linesWith, type Violation } from './text.ts'

/** Files that hold rules and data types. They and all that they import use no I/O, no clock and no chance. */
export const isPureRoot = (path: string): boolean =>
  /^(topology|schemas|services\/_(?:planners\/linear\/[^/]+|text|statistics|redaction|dialects))\/.*\.ts$/.test(path) ||
  /^services\/[^_/][^/]*\/decide\.ts$/.test(path)

/** Hashes are pure, though a module of Node computes them. */
const trusted = 'services/_runtime/core/identity.ts'
const purePackages = ['zod', '@cfworker/json-schema', 'safe-regex2', 'ibantools', 'libphonenumber-js/max', 'stdnum']
const impure =
  /\b(?:Date\.now|Math\.random|new Date\(\)|fetch\(|process\.|performance\.|setTimeout|setInterval|setImmediate|crypto\.|globalThis\b|console\.(?:log|error|warn|info)|await\b)/

/** I/O, clocks and chance in pure files, and in what they import as values. */
export function purityViolations(
  files: Files,
  imports: ReadonlyMap<string, readonly Pick<Import, 'to' | 'typeOnly'>[]>,
  roots: readonly string[],
): readonly Violation[] {
  const reachedFrom = new Map(roots.map(root => [root, root]))
  const violations: Violation[] = []
  for (const [path, root] of reachedFrom) {
    const suffix = path === root ? '' : ` (${root} imports it and must stay pure)`
    for (const { to, typeOnly } of imports.get(path) ?? []) {
      if (typeOnly || to === trusted || purePackages.includes(to)) continue
      if (!files.has(to)) violations.push({ path, message: `imports '${to}', which a pure file may not${suffix}` })
      else if (!reachedFrom.has(to)) reachedFrom.set(to, root)
    }
    for (const { line, found } of linesWith(impure, files.get(path) ?? ''))
      violations.push({
        path,
        line,
        message: `uses ${found}, which a pure file may not: gather brings what it needs as data${suffix}`,
      })
  }
  return violations
}
