import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { settingsTable as settings } from '#runtime/config/config.ts'
import { faults } from '#runtime/core/faults.ts'
import { openapi as annotation } from '#services/annotation/openapi.ts'
import { openapi as ingest } from '#services/ingest/openapi.ts'
import { composeServices } from '#topology/derive/compose.ts'
import { diagram } from '#topology/derive/diagram.ts'
import { faultsTable, fieldsTable, servicesTable, settingsTable, topicsTable } from '#topology/derive/tables.ts'
import { eventTypes, schemaData } from './avro-types.ts'
import { fillBlock } from './generated-blocks.ts'
import { reviewPage } from './review-page.ts'

/** Writes the files that are derived from the map, the schemas and the HTTP bodies. With `--check` it only fails where one differs. */
const root = new URL('../../../', import.meta.url)
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

const asJson = (document: object): string => `${JSON.stringify(document, undefined, 2)}\n`

const readmeBlocks = {
  diagram: diagram(),
  services: servicesTable(),
  topics: topicsTable(),
  settings: settingsTable(settings),
  faults: faultsTable(faults),
}

const generated: Record<string, string> = {
  'schemas/events.ts': format('schemas/events.ts', eventTypes(schemas)),
  'schemas/avro.ts': format('schemas/avro.ts', schemaData(schemas)),
  'services/annotation/openapi.json': asJson(annotation),
  'services/annotation/review.html': reviewPage(
    part => read(`services/annotation/page/${part}`),
    script => format('review.ts', script),
  ),
  'services/ingest/openapi.json': asJson(ingest),
  'docs/scored-samples.md': fillBlock(
    'md',
    read('docs/scored-samples.md'),
    'fields',
    fieldsTable(schemas.find(({ name }) => name === 'SampleScored')),
  ),
  'docker-compose.yml': fillBlock('yml', read('docker-compose.yml'), 'services', composeServices()),
  'README.md': Object.entries(readmeBlocks).reduce(
    (text, [name, content]) => fillBlock('md', text, name, content),
    read('README.md'),
  ),
}

const current = (path: string): string | undefined => {
  try {
    return read(path)
  } catch {
    return undefined
  }
}
const stale = Object.entries(generated).filter(([path, text]) => current(path) !== text)

if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`${path} is not up to date: run npm run generate`)
  process.exitCode = stale.length > 0 ? 1 : 0
} else
  for (const [path, text] of stale) {
    writeFileSync(at(path), text)
    console.log(`wrote ${path}`)
  }
