import type { Violation } from './text.ts'

const maxLines = 250

/** One idea a file. */
export function longFile(path: string, text: string): readonly Violation[] {
  const lines = text.split('\n').length - 1
  if (!/^(?:services|topology|test)\/.*\.ts$/.test(path) || lines <= maxLines) return []
  return [{ path, message: `has ${lines} lines: split it, ${maxLines} is the most` }]
}

const maxFiles = 20

/** A folder whose files one cannot take in at a glance is several folders. */
export function fullFolders(paths: Iterable<string>): readonly Violation[] {
  const source = [...paths].filter(path => path.endsWith('.ts'))
  const folders = Map.groupBy(source, path => path.slice(0, path.lastIndexOf('/')))
  return [...folders]
    .filter(([, files]) => files.length > maxFiles)
    .map(([path, files]) => ({ path, message: `holds ${files.length} source files: ${maxFiles} is the most` }))
}

/** The runtime's own folder holds its contract; everything else is in its sub-folders. */
export function looseRuntimeFiles(paths: Iterable<string>): readonly Violation[] {
  return [...paths]
    .filter(path => /^services\/_runtime\/[^/]+$/.test(path) && !/\/(?:service\.ts|README\.md)$/.test(path))
    .map(path => ({ path, message: 'lies beside the contract: move it to a sub-folder' }))
}

/** A unit test lies where its source lies: `services/judge/trust.ts` has `test/unit/services/judge/trust.test.ts`. */
export function misplacedTests(paths: Iterable<string>): readonly Violation[] {
  const present = new Set(paths)
  const folders = new Set(Array.from(present, path => path.slice(0, path.lastIndexOf('/'))))
  return [...present].flatMap(path => {
    const source = sourceOf(path)
    if (source === undefined || present.has(`${source}.ts`) || folders.has(source)) return []
    return [{ path, message: `tests ${source}.ts, which is not there: name and place it as its source` }]
  })
}

function sourceOf(path: string): string | undefined {
  const { room, name } = /^test\/unit\/(?<room>[^/]+)\/(?<name>.+)\.test\.ts$/.exec(path)?.groups ?? {}
  if (room === undefined) return undefined
  if (room === 'services' || room === 'topology') return `${room}/${name}`
  return ['support', 'chaos', 'bench'].includes(room) ? `test/${room}/${name}` : `services/_${room}/${name}`
}

const requiredFiles = ['README.md', 'service.ts', 'main.ts']

/** The services of the map and the folders are the same, and each folder has what every service has. */
export function folderMismatches(services: readonly string[], paths: Iterable<string>): readonly Violation[] {
  const present = new Set(paths)
  const folders = new Set([...present].flatMap(path => /^services\/([^_/][^/]*)\//.exec(path)?.[1] ?? []))
  return [
    ...services
      .filter(name => !folders.has(name))
      .map(name => ({ path: `services/${name}/`, message: 'is in the map but has no folder' })),
    ...[...folders]
      .filter(name => !services.includes(name))
      .map(name => ({
        path: `services/${name}/`,
        message: 'is a folder but not in the map: add it to topology/map.ts',
      })),
    ...services
      .filter(name => folders.has(name))
      .flatMap(name => requiredFiles.map(file => `services/${name}/${file}`))
      .filter(path => !present.has(path))
      .map(path => ({ path, message: 'is missing: every service has it' })),
  ]
}
