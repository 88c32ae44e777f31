import { importsOf, resolve, withoutComments } from './imports.ts'

/** A broken house rule: where, and what to do about it. */
export type Violation = { readonly path: string; readonly line: number; readonly message: string }

/** Path in the repository to text. */
export type Files = ReadonlyMap<string, string>

/** Names that must not be written out: each with what to write instead. */
export type ForbiddenStrings = ReadonlyMap<string, string>

const isTest = (path: string): boolean => path.startsWith('test/')

/** A topic has one name, and the map has it: anywhere else a quoted one may be misspelt or left behind. */
export function quotedTopics(path: string, text: string, forbidden: ForbiddenStrings): readonly Violation[] {
  if (!path.startsWith('services/') && !isTest(path)) return []
  // The rules' own tests need something to catch.
  if (path.startsWith('test/house/')) return []
  return withoutComments(text)
    .split('\n')
    .flatMap((code, index) =>
      Array.from(code.matchAll(/(['"`])((?:(?!\1).)*)\1/g), match => match[2] ?? '').flatMap(quoted => {
        const instead = forbidden.get(quoted)
        if (instead === undefined) return []
        return [{ path, line: index + 1, message: `'${quoted}' is the name of a topic: write ${instead}` }]
      }),
    )
}

const serviceFolderOf = (path: string): string | undefined => /^services\/([^/]+)\//.exec(path)?.[1]

/** Files that hold rules and shapes: nothing in them, or in what they import, touches the world. */
export const isPureRoot = (path: string): boolean =>
  /^(topology|schemas|services\/_(?:planners\/linear|text|statistics|redaction|dialects))\/.*\.ts$/.test(path) ||
  /^services\/[^_/][^/]*\/decide\.ts$/.test(path)

/** Hashes: pure, though Node computes them. Taken at its word. */
const trustedPureFile = 'services/_runtime/core/identity.ts'
const purePackages = ['zod', 'ibantools', 'libphonenumber-js/max', 'stdnum']
const impurePattern =
  /\b(Date\.now|Math\.random|new Date\(\)|fetch\(|process\.|performance\.|setTimeout|setInterval|setImmediate|crypto\.|globalThis\b|console\.(?:log|error|warn|info)|await\b)/

/** I/O, clocks and chance in pure files, followed through what they import. */
export function purityViolations(files: Files, roots: readonly string[]): readonly Violation[] {
  const reachedFrom = new Map(roots.map(root => [root, root]))
  const violations: Violation[] = []
  for (const [path, root] of reachedFrom) {
    const text = files.get(path)
    if (text === undefined) continue
    const suffix = path === root ? '' : ` (${root} imports it and must stay pure)`
    const found = (line: number, what: string): void =>
      void violations.push({ path, line, message: `${what}${suffix}` })
    for (const { target, typeOnly, line } of importsOf(text)) {
      if (typeOnly) continue
      const resolved = resolve(path, target)
      if (resolved === trustedPureFile) continue
      if (resolved === undefined) {
        if (!purePackages.includes(target)) found(line, `imports '${target}', which a pure file may not`)
      } else if (!files.has(resolved)) found(line, `imports '${target}', which is not there`)
      else if (!reachedFrom.has(resolved)) reachedFrom.set(resolved, root)
    }
    for (const [index, code] of withoutComments(text).split('\n').entries()) {
      const [, what] = impurePattern.exec(withoutStrings(code)) ?? []
      if (what !== undefined)
        found(index + 1, `uses ${what}, which a pure file may not: gather brings what it needs as data`)
    }
  }
  return violations
}

const withoutStrings = (code: string): string => code.replace(/(['"])(?:\\.|(?!\1).)*\1/g, '$1$1')

/** Time comes from the clock's port, chance from `identity.ts`, settings from `config.ts`. */
export function ambientAccess(path: string, text: string): readonly Violation[] {
  const room = serviceFolderOf(path)
  if (room === undefined || room === '_cli') return []
  const banned =
    room === '_runtime' ? /\bMath\.random\b/ : /\b(?:Math\.random|Date\.now|new Date\(\)|process\.env)\b|new Date\(\)/
  return withoutComments(text)
    .split('\n')
    .flatMap((code, index) => {
      const [what] = banned.exec(withoutStrings(code)) ?? []
      if (what === undefined) return []
      return [
        { path, line: index + 1, message: `uses ${what}: time, chance and settings come through ports and config` },
      ]
    })
}

/** A process entry wires and starts: a branch in it would be untested. */
export function branchesInMain(path: string, text: string): readonly Violation[] {
  if (!/^services\/[^_/][^/]*\/main\.ts$/.test(path)) return []
  return withoutComments(text)
    .split('\n')
    .flatMap((code, index) =>
      /\b(?:if|switch|for|while)\b|\?/.test(withoutStrings(code))
        ? [{ path, line: index + 1, message: 'branches: a main.ts wires and starts, decisions are in tested files' }]
        : [],
    )
}

const maxLines = 250

/** One idea a file. */
export function lengthViolations(path: string, text: string): readonly Violation[] {
  const lines = text.split('\n').length - 1
  if (!/^(?:services|topology|test)\/.*\.ts$/.test(path) || lines <= maxLines) return []
  return [{ path, line: maxLines, message: `has ${lines} lines: split it, ${maxLines} is the most` }]
}

const requiredFiles = ['README.md', 'service.ts', 'main.ts']

/** The services of the map and the folders are the same, and each folder has what every service has. */
export function folderMismatches(services: readonly string[], paths: Iterable<string>): readonly Violation[] {
  const present = new Set(paths)
  const folders = new Set([...present].flatMap(path => /^services\/([^_/][^/]*)\//.exec(path)?.[1] ?? []))
  const gap = (path: string, message: string): Violation => ({ path, line: 1, message })
  return [
    ...services
      .filter(name => !folders.has(name))
      .map(name => gap(`services/${name}/`, 'is in the map but has no folder')),
    ...[...folders]
      .filter(name => !services.includes(name))
      .map(name => gap(`services/${name}/`, 'is a folder but not in the map: add it to topology/map.ts')),
    ...services
      .filter(name => folders.has(name))
      .flatMap(name => requiredFiles.map(file => `services/${name}/${file}`))
      .filter(path => !present.has(path))
      .map(path => gap(path, 'is missing: every service has it')),
  ]
}

/** For a test's message: one violation a line. */
export const violationLines = (violations: readonly Violation[]): readonly string[] =>
  violations.map(({ path, line, message }) => `${path}:${line} ${message}`)
