import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { eventTypes, schemaData } from './avro-types.ts'

/** Writes what is derived from the map and the schemas; with `--check` it writes nothing and fails where a file differs. */
const root = new URL('../../', import.meta.url)
const at = (path: string): URL => new URL(path, root)
const read = (path: string): string => readFileSync(at(path), 'utf8')

const schemas = readdirSync(at('schemas/'))
  .filter(name => name.endsWith('.avsc'))
  .sort()
  .map(name => JSON.parse(read(`schemas/${name}`)))

const format = (path: string, text: string): string =>
  execFileSync('node_modules/.bin/biome', ['format', `--stdin-file-path=${path}`], {
    cwd: root,
    input: text,
  }).toString()

const generated: Record<string, string> = {
  'schemas/events.ts': format('schemas/events.ts', eventTypes(schemas)),
  'schemas/avro.ts': format('schemas/avro.ts', schemaData(schemas)),
}

const stale = Object.entries(generated).filter(([path, text]) => {
  try {
    return read(path) !== text
  } catch {
    return true
  }
})
if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`${path} is not what the map and the schemas give: run npm run generate`)
  process.exitCode = stale.length > 0 ? 1 : 0
} else for (const [path, text] of stale) writeFileSync(at(path), text)
