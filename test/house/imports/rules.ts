import type { IForbiddenRuleType } from 'dependency-cruiser'
import { type Room, rooms } from './rooms.ts'

const code = '^(schemas|topology|services|test)/'
const production = '^(schemas|topology|services)/'
const service = '[^_/]+'

const isFile = (path: string): boolean => path.endsWith('.ts')

/** A regular expression for the files of a room, without those of the rooms inside it. */
function filesOf(path: string, star: string): string {
  const inner = rooms.filter(room => room.path.startsWith(`${path}/`)).map(room => room.path.slice(path.length + 1))
  const others = inner.map(name => (isFile(name) ? `${name}$` : `${name}/`)).join('|')
  const own = path.replace('*', star).replace('.', '\\.')
  if (isFile(path)) return `^${own}$`
  return inner.length === 0 ? `^${own}/` : `^${own}/(?!${others})`
}

/** The name of the rule that holds for a room. */
export const roomRule = ({ path }: Room): string => `what ${path} may import`

/** Within a room of one service, `*` is that service; elsewhere any. */
const fromSame = (room: Room): string => (room.path.includes('*') ? '$1' : service)

const roomRules: readonly IForbiddenRuleType[] = rooms.map(room => ({
  name: roomRule(room),
  comment: room.imports.join(', ') || 'nothing of this repository',
  severity: 'error',
  from: { path: filesOf(room.path, `(${service})`) },
  to: { path: code, pathNot: [room.path, ...room.imports].map(path => filesOf(path, fromSame(room))) },
}))

/** Files of one room that implement the same port: none may import another. Where they are rooms, the table says it. */
const adapters: readonly (readonly [folder: string, adapters: string])[] = [
  ['services/_runtime/registry', 'http|embedded'],
  ['services/_runtime/objects', 'folder|s3'],
  ['services/_models/adapters', 'openai|bedrock'],
  ['services/_planners/hosts', '(?!loaded-planners|plan-batch)[^/.]+'],
  ['services/_planners/lanes', '(?!trainer)[^/.]+'],
]

const adapterRules: readonly IForbiddenRuleType[] = adapters.map(([folder, names]) => ({
  name: `adapters in ${folder}`,
  comment: 'adapters of one port do not import each other: what both need is beside the port',
  severity: 'error',
  from: { path: `^${folder}/(${names})[/.]` },
  to: { path: `^${folder}/(${names})[/.]`, pathNot: `^${folder}/$1[/.]` },
}))

/** Where processes begin: what no entry reaches is dead, or started by a name that no tool can follow. */
const entries = [
  '^services/[^_/]+/main\\.ts$',
  '^services/_cli/main\\.ts$',
  '^services/annotation/page/form\\.ts$',
  '^test/support/generate/generate\\.ts$',
]

/** The import rules, as dependency-cruiser takes them. */
export const forbidden: IForbiddenRuleType[] = [
  {
    name: 'no cycles',
    comment: 'types included: move what both need to a file of its own',
    severity: 'error',
    from: { path: code },
    to: { circular: true },
  },
  ...roomRules,
  ...adapterRules,
  {
    name: 'every import is there',
    severity: 'error',
    from: { path: code },
    to: { couldNotResolve: true },
  },
  {
    name: 'production uses declared dependencies',
    comment: 'a package of dependencies in package.json',
    severity: 'error',
    from: { path: production },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'every file is reached from a process entry',
    comment: 'delete it, or import it where it is used',
    severity: 'error',
    from: { path: entries },
    to: { path: production, pathNot: entries, reachable: false },
  },
]
