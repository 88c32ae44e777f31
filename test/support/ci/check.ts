import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** `npm run check`: what must hold before every commit. It takes seconds and needs no server. */
const root = fileURLToPath(new URL('../../../', import.meta.url))
const bin = join(root, 'node_modules', '.bin')

type Step = readonly [what: string, command: string, ...args: readonly string[]]

// One checker uses the least processor time; the second core has the other steps. The cache is of no use in a fresh clone.
const tsc = [join(bin, 'tsc'), '--noEmit', '--checkers', '1'] as const
const cache = ['--incremental', '--tsBuildInfoFile', 'node_modules/.cache/check-types.json']

/** The rows run side by side, the steps of a row one after the other. */
const rows: readonly (readonly Step[])[] = [
  [
    ['types', ...tsc, ...cache],
    ['types of the page', ...tsc, '--project', 'services/annotation/page'],
  ],
  [
    ['lint and format', join(bin, 'biome'), 'check', '--error-on-warnings'],
    ['generated files', process.execPath, 'test/support/generate/generate.ts', '--check'],
    [
      'house rules',
      ...[join(bin, 'vitest'), 'run', '--reporter=dot', '--no-isolate'],
      ...['test/house', 'test/unit/topology', 'test/unit/support'],
    ] as const,
  ],
]

// The tools' own scripts start the first `node` on the path, which may be older than the one that runs this.
const env = { ...process.env, NO_COLOR: '1', PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` }
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

/** Runs one step and prints how it went; whether it passed. */
async function run([what, command, ...args]: Step): Promise<boolean> {
  const started = performance.now()
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [[status], stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)])
  const took = `${what.padEnd(17)} ${seconds(started)}`
  console.log(status === 0 ? `ok    ${took}` : `FAIL  ${took}\n${stdout}${stderr}`)
  return status === 0
}

async function runAll(steps: readonly Step[]): Promise<boolean> {
  let passed = true
  for (const step of steps) passed = (await run(step)) && passed
  return passed
}

const begun = performance.now()
const passed = await Promise.all(rows.map(runAll))
console.log(`all in ${seconds(begun)}`)
process.exitCode = passed.every(Boolean) ? 0 : 1
