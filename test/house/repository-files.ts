import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Files } from './files/text.ts'
import type { SchemaUnderTest } from './map/map-invariants.ts'

export const root = fileURLToPath(new URL('../../', import.meta.url))

const pathsUnder = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/'))

/** Paths of everything in the folders that hold code. */
export const paths: readonly string[] = ['schemas', 'topology', 'services', 'test'].flatMap(pathsUnder)

/** Their TypeScript. */
export const sourceFiles: Files = new Map(
  paths.filter(path => path.endsWith('.ts')).map(path => [path, readFileSync(join(root, path), 'utf8')]),
)

export const schemas: readonly SchemaUnderTest[] = paths
  .filter(path => path.endsWith('.avsc'))
  .map(path => JSON.parse(readFileSync(join(root, path), 'utf8')))
