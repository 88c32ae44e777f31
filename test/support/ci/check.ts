import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `npm run check`: what must hold before every commit, in seconds and with nothing running. Stops at the first that fails. */
const root = fileURLToPath(new URL('../../../', import.meta.url))
const bin = join(root, 'node_modules', '.bin')

const steps: readonly (readonly [what: string, command: string, ...args: readonly string[]])[] = [
  ['types', join(bin, 'tsc'), '--noEmit'],
  ['types of the page', join(bin, 'tsc'), '--noEmit', '--project', 'services/annotation/page'],
  ['lint and format', join(bin, 'biome'), 'check', '--error-on-warnings'],
  ['generated files', process.execPath, 'test/support/generate/generate.ts', '--check'],
  [
    'house rules',
    join(bin, 'vitest'),
    'run',
    '--reporter=dot',
    'test/house',
    'test/unit/topology',
    'test/unit/support',
  ],
]

// The tools' own scripts start the first `node` on the path, which may be older than the one that runs this.
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` }
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

const begun = performance.now()
for (const [what, command, ...args] of steps) {
  const started = performance.now()
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8' })
  if (status === 0) {
    console.log(`ok    ${what.padEnd(17)} ${seconds(started)}`)
    continue
  }
  console.log(`FAIL  ${what.padEnd(17)} ${seconds(started)}\n${stdout}${stderr}${error ? String(error) : ''}`)
  process.exit(1)
}
console.log(`all in ${seconds(begun)}`)
