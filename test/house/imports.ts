import { posix } from 'node:path'

export type Import = { readonly target: string; readonly typeOnly: boolean; readonly line: number }

/** The text without comments that begin a line or follow a blank; lines keep their numbers. */
export function withoutComments(text: string): string {
  return text
    .replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, comment => comment.replace(/[^\n]/g, ''))
    .replace(/(^|[ \t])\/\/ .*$/gm, '$1')
}

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length

const importStatement =
  /^[ \t]*(?:import|export)\b(?<type>\s+type\b)?(?<names>[^'"=;(]*?\bfrom)?\s*(?<quote>['"])(?<target>[^'"]+)\k<quote>/gm
const importCall = /\b(?:import|require)\(\s*(?:(?<quote>['"`])(?<target>[^'"`]+)\k<quote>)?/g

/** What a file imports or re-exports; a dynamic import whose target is not a plain string has the target `?`. */
export function importsOf(text: string): readonly Import[] {
  const code = withoutComments(text)
  const statements = Array.from(code.matchAll(importStatement), ({ groups, index }) => ({
    target: groups?.target ?? '?',
    typeOnly: groups?.type !== undefined || onlyTypes(groups?.names),
    line: lineOf(code, index),
  }))
  const calls = Array.from(code.matchAll(importCall), ({ groups, index }) => ({
    target: groups?.target ?? '?',
    typeOnly: false,
    line: lineOf(code, index),
  }))
  return [...statements, ...calls]
}

function onlyTypes(names: string | undefined): boolean {
  const inner = /^\s*\{(.*)\}\s*from$/s.exec(names ?? '')?.[1]
  const specifiers = inner?.split(',').filter(specifier => specifier.trim() !== '')
  return specifiers?.every(specifier => /^\s*type\s/.test(specifier)) ?? false
}

const aliases = [
  ['#topology/', 'topology/'],
  ['#schemas/', 'schemas/'],
  ['#runtime/', 'services/_runtime/'],
  ['#planners/', 'services/_planners/'],
  ['#models/', 'services/_models/'],
  ['#text/', 'services/_text/'],
  ['#statistics/', 'services/_statistics/'],
  ['#dialects/', 'services/_dialects/'],
  ['#redaction/', 'services/_redaction/'],
  ['#services/', 'services/'],
  ['#test/', 'test/'],
] as const

/** The repository path that an import of `from` means; undefined for packages and Node's own modules. */
export function resolve(from: string, target: string): string | undefined {
  if (target.startsWith('.')) return posix.join(posix.dirname(from), target)
  const alias = aliases.find(([prefix]) => target.startsWith(prefix))
  return alias && alias[1] + target.slice(alias[0].length)
}
