import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createProgram } from '#services/_cli/program.ts'
import { codeBlocks, inlineCommands } from './pages.ts'

/** Every Markdown page of the repository is checked: its commands exist, and its blocks of shell code run in a fresh clone. */
const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trimEnd().split('\n')
const pages = tracked.filter(path => path.endsWith('.md'))
const textOf = (page: string): string => readFileSync(page, 'utf8')

/** Blocks that are run elsewhere: which file of the repository runs or contains their commands. */
const runElsewhere: Readonly<Record<string, string>> = {
  'npm ci': '.ci/run',
  'npm test': '.ci/run',
  'npm run check': '.ci/run',
}
/** The tests that run the blocks of a page that need Kafka. */
const kafkaTests: Readonly<Record<string, string>> = {
  'docs/scored-samples.md': 'test/integration/docs/scored-samples.test.ts',
  'services/ingest/README.md': 'test/integration/ingest/direct-avro.test.ts',
}

/** The languages of blocks that are not shell code: they are shown, saved as a file, or compiled by a test of their own. */
const otherLanguages = ['mermaid', 'sql', 'python', 'java', 'json', 'ts', 'text', 'ini']

describe('blocks of code', () => {
  test.each(pages)('%s: each names its language', page => {
    const unknown = codeBlocks(textOf(page)).filter(({ language }) => ![...otherLanguages, 'sh'].includes(language))
    expect(unknown).toEqual([])
  })

  test('that need Kafka are run by a test that reads their page', () => {
    const found = pages.filter(page => codeBlocks(textOf(page)).some(({ needs }) => needs === 'kafka'))
    expect(found.sort()).toEqual(Object.keys(kafkaTests).sort())
    for (const [page, runner] of Object.entries(kafkaTests)) expect(textOf(runner)).toContain(page)
  })

  test('that are run elsewhere are there', () => {
    for (const [command, runner] of Object.entries(runElsewhere)) expect(textOf(runner)).toContain(command)
  })
})

/** Shell lines of a page that run in a clone with nothing else, in the order of the page. */
const runnableLines = (page: string, needs?: string): readonly string[] =>
  codeBlocks(textOf(page))
    .filter(block => block.language === 'sh' && block.needs === needs)
    .flatMap(({ text }) => text.trimEnd().split('\n'))
    .filter(line => runElsewhere[line] === undefined)

const docker = await promisify(execFile)('docker', ['info']).then(
  () => true,
  () => false,
)
if (!docker) console.warn('\nNo Docker engine answers: the commands of the pages that need Docker are not run\n')

describe('in a fresh clone', () => {
  let clone: string
  beforeAll(async () => {
    clone = await mkdtemp(join(tmpdir(), 'flywheel-clone-'))
    for (const path of tracked.filter(existsSync)) {
      mkdirSync(dirname(join(clone, path)), { recursive: true })
      cpSync(path, join(clone, path))
    }
    symlinkSync(resolve('node_modules'), join(clone, 'node_modules'))
  })
  afterAll(() => rmSync(clone, { recursive: true, force: true }))

  const run = async (script: string): Promise<string> => {
    const settings = Object.keys(process.env).filter(name => /^(FLYWHEEL|OTEL)_/.test(name))
    // A free port: other tests and services of this machine may use the default.
    const env = { ...process.env, ...Object.fromEntries(settings.map(name => [name, undefined])), FLYWHEEL_PORT: '0' }
    // A process group of its own, so that nothing is left running after a time-out.
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd: clone, env, detached: true })
    onTestFinished(() => endGroup(child))
    const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(await ended, `${script}\n${errors}`).toBe(0)
    return out + errors
  }

  test.each(pages.filter(page => runnableLines(page).length > 0))(
    '%s runs to the letter',
    async page => {
      for (const block of codeBlocks(textOf(page)))
        if (block.file !== undefined) writeFileSync(join(clone, block.file), block.text)
      const output = await run(runnableLines(page).join('\n'))
      // What the demo says to try next runs, too.
      for (const [command] of output.matchAll(/^ +npx flywheel .*$/gm)) await run(command)
    },
    1_200_000,
  )

  test.skipIf(!docker)(
    'the commands that need Docker run',
    async () => {
      for (const page of pages) await run(runnableLines(page, 'docker').join('\n'))
    },
    900_000,
  )
})

function endGroup({ pid, exitCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGKILL')
}

describe('commands in the text', () => {
  const program = createProgram(new AbortController().signal)
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Readonly<Record<string, string>> }

  test.each(pages)('%s: names only commands and options that exist', page => {
    const problems = inlineCommands(textOf(page)).flatMap(command => problemOf(command) ?? [])
    expect(problems).toEqual([])
  })

  function problemOf(command: string): string | undefined {
    const words = command.split(/\s+/)
    if (words[0] !== 'npm') return flywheelProblem(words.slice(words.indexOf('flywheel') + 1), command)
    const script = words[1] === 'run' ? words[2] : words[1]
    if (script === undefined || scripts[script] === undefined) return `${command}: no such script`
    return script === 'start' ? flywheelProblem(['demo', ...words.slice(3)], command) : undefined
  }

  function flywheelProblem(words: readonly string[], command: string): string | undefined {
    let found: Command = program
    for (const word of words) {
      const inner = found.commands.find(one => one.name() === word)
      if (!inner) break
      found = inner
    }
    if (found === program) return `${command}: no such command`
    const known = ['--help', ...found.options.map(option => option.long)]
    const unknown = words.flatMap(word => /^--[a-z-]+/.exec(word) ?? []).filter(option => !known.includes(option))
    return unknown.length > 0 ? `${command}: ${found.name()} has no option ${unknown.join(', ')}` : undefined
  }
})
