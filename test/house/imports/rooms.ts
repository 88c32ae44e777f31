/**
 * A folder or a file, and what its files may import besides each other. `*` is the name of a service, the same one on both
 * sides. A file belongs to the room with the longest path that holds it, so a room does not include the rooms inside it.
 */
export type Room = { readonly path: string; readonly imports: readonly string[] }

const within =
  (folder: string) =>
  (...names: readonly string[]): readonly string[] =>
    names.map(name => `services/${folder}/${name}`)
const runtime = within('_runtime')
const planners = within('_planners')
const redaction = within('_redaction')

const data = ['schemas', 'topology']
const pure = ['_text', '_statistics', '_redaction', '_dialects', '_json-schema'].map(name => `services/${name}`)

/** What a service may use of the runtime: the contract, the ports of log, state and objects, and the parts of an HTTP API. */
const contract = runtime('service.ts', 'core', 'config', 'log', 'objects', 'state', 'telemetry', 'http')

/** The rooms, from what imports nothing to what imports everything. What is not listed is forbidden, types included. */
export const rooms: readonly Room[] = [
  { path: 'schemas', imports: [] },
  { path: 'topology', imports: ['schemas'] },

  { path: 'services/_runtime/core', imports: [] },
  { path: 'services/_runtime/config', imports: runtime('core') },
  { path: 'services/_runtime/sqlite', imports: runtime('core') },
  { path: 'services/_runtime/log', imports: runtime('core') },
  { path: 'services/_runtime/log/embedded', imports: runtime('core', 'sqlite', 'log') },
  { path: 'services/_runtime/log/kafka', imports: runtime('core', 'log') },
  { path: 'services/_runtime/registry', imports: runtime('core', 'sqlite') },
  { path: 'services/_runtime/objects', imports: runtime('core') },
  { path: 'services/_runtime/codec', imports: [...data, ...runtime('core', 'log', 'registry')] },
  { path: 'services/_runtime/telemetry', imports: [...data, ...runtime('core', 'log')] },
  { path: 'services/_runtime/http', imports: runtime('core', 'config', 'telemetry') },
  { path: 'services/_runtime/state', imports: [...data, ...runtime('core', 'log', 'telemetry')] },
  {
    path: 'services/_runtime/dead-letters',
    imports: [...data, ...runtime('core', 'log', 'codec', 'objects', 'telemetry', 'http')],
  },
  {
    path: 'services/_runtime/service.ts',
    imports: [...data, ...runtime('core', 'config', 'log', 'objects', 'telemetry', 'state')],
  },
  {
    path: 'services/_runtime/processing',
    imports: [
      ...data,
      ...runtime('service.ts', 'core', 'log', 'codec', 'objects', 'telemetry', 'state', 'dead-letters'),
    ],
  },
  {
    path: 'services/_runtime/replay',
    imports: [
      ...data,
      ...runtime('service.ts', 'core', 'log', 'registry', 'codec', 'objects', 'state', 'dead-letters', 'processing'),
    ],
  },
  {
    path: 'services/_runtime/host',
    imports: [
      ...data,
      ...runtime('service.ts', 'core', 'config', 'sqlite', 'log', 'log/embedded', 'log/kafka', 'registry', 'objects'),
      ...runtime('codec', 'telemetry', 'http', 'state', 'dead-letters', 'processing', 'replay'),
    ],
  },

  { path: 'services/_text', imports: runtime('core') },
  { path: 'services/_statistics', imports: runtime('core') },
  { path: 'services/_json-schema', imports: runtime('core') },
  { path: 'services/_dialects', imports: ['schemas', 'services/_json-schema', ...runtime('core')] },

  { path: 'services/_redaction/lexicon', imports: [] },
  { path: 'services/_redaction/engine', imports: [...runtime('core'), ...redaction('lexicon')] },
  { path: 'services/_redaction/numbers', imports: [...runtime('core'), ...redaction('lexicon', 'engine')] },
  { path: 'services/_redaction/secrets', imports: [...runtime('core'), ...redaction('lexicon', 'engine')] },
  {
    path: 'services/_redaction',
    imports: ['schemas', ...runtime('core'), ...redaction('lexicon', 'engine', 'numbers', 'secrets')],
  },

  { path: 'services/_models', imports: [...data, ...runtime('core', 'config', 'objects', 'telemetry')] },
  { path: 'services/_models/adapters', imports: ['services/_models', ...runtime('core')] },
  {
    path: 'services/_models/open.ts',
    imports: ['services/_models', 'services/_models/adapters', ...contract, ...data],
  },

  // The port, and what every kind needs; it knows no kind.
  { path: 'services/_planners', imports: ['schemas', ...runtime('core', 'objects')] },
  { path: 'services/_planners/comparison', imports: ['schemas', 'services/_text', ...runtime('core')] },
  {
    path: 'services/_planners/examples',
    imports: ['schemas', 'services/_text', 'services/_planners', ...runtime('core', 'objects')],
  },
  {
    path: 'services/_planners/hosts',
    imports: ['schemas', 'services/_planners', ...planners('examples'), ...runtime('core', 'objects')],
  },
  {
    path: 'services/_planners/lanes',
    imports: ['schemas', 'services/_planners', ...planners('examples'), ...runtime('core', 'objects')],
  },
  {
    path: 'services/_planners/linear',
    imports: [
      'schemas',
      'services/_text',
      'services/_statistics',
      'services/_planners',
      ...planners('examples', 'hosts', 'lanes'),
      ...runtime('core', 'objects'),
    ],
  },
  // The registry of kinds: its pure half, which `decide` may call, and its half with I/O.
  {
    path: 'services/_planners/kinds.ts',
    imports: ['schemas', 'services/_planners', ...planners('linear')],
  },
  {
    path: 'services/_planners/open.ts',
    imports: [
      ...data,
      ...contract,
      'services/_models',
      'services/_planners',
      ...planners('kinds.ts', 'examples', 'hosts', 'lanes', 'linear'),
    ],
  },

  {
    path: 'services/*',
    imports: [
      ...data,
      ...contract,
      ...pure,
      'services/_models',
      'services/_planners',
      ...planners('kinds.ts', 'comparison'),
    ],
  },
  {
    path: 'services/*/main.ts',
    imports: ['services/*', 'services/_models/open.ts', ...planners('open.ts'), ...runtime('host')],
  },
  {
    path: 'services/all.ts',
    imports: [
      'topology',
      'services/*/service.ts',
      'services/_models/open.ts',
      ...planners('open.ts'),
      ...runtime('service.ts', 'processing', 'host'),
    ],
  },

  {
    path: 'services/_desk',
    imports: [...data, 'services/_statistics', ...runtime('core', 'log', 'codec', 'processing')],
  },
  {
    // Of a service: all.ts, which lists them, and nothing inside.
    path: 'services/_cli',
    imports: [
      ...data,
      ...contract,
      ...runtime('codec', 'dead-letters', 'processing', 'replay', 'host'),
      ...pure,
      ...redaction('engine'),
      'services/_desk',
      'services/all.ts',
    ],
  },
]

/** The room that a file of the repository lies in; undefined where the table has none. */
export function roomOf(path: string): Room | undefined {
  const parts = path.replace(/^services\/[^_/]+\//, 'services/*/').split('/')
  const prefixes = parts.map((_part, index) => parts.slice(0, parts.length - index).join('/'))
  return prefixes.flatMap(prefix => rooms.find(room => room.path === prefix) ?? [])[0]
}
