import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { root } from '#test/house/repository-files.ts'
import { temporaryFolder } from '#test/support/folder.ts'

/** Prints the packages that a process loaded, when it exits. */
const printPackages = `
  import { registerHooks } from 'node:module'
  const packages = new Set()
  registerHooks({ load(url, context, next) {
    const [, name] = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? []
    if (name) packages.add(name)
    return next(url, context)
  } })
  process.on('exit', () => process.stderr.write(JSON.stringify([...packages].sort()) + '\\n'))`

/** The packages that a command loads: loading is most of the time that a small command takes. */
function packagesOf(args: readonly string[]): unknown {
  const hook = `data:text/javascript,${encodeURIComponent(printPackages)}`
  const { stderr } = spawnSync(process.execPath, ['--import', hook, 'services/_cli/main.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
  })
  return JSON.parse(stderr.trim().split('\n').at(-1) ?? '')
}

test.each(['--help', 'help sql', 'dlq redrive --help'])('%s loads no package but commander', command => {
  expect(packagesOf(command.split(' '))).toEqual(['commander'])
})

// `topics acls` reads FLYWHEEL_NAMESPACE, which is checked like every setting.
test.each(['status --url http://127.0.0.1:1', 'topics acls'])(
  '%s loads what checks settings and answers, and nothing of the log',
  command => {
    expect(packagesOf(command.split(' '))).toEqual(['commander', 'zod'])
  },
)

test.each(['topics plan', 'dlq list'])(
  '%s on the embedded log loads neither Kafka nor a server nor DuckDB',
  command => {
    const packages = packagesOf([...command.split(' '), '--home', temporaryFolder()])
    for (const name of ['kafkajs', '@kafkajs/confluent-schema-registry', 'fastify', 'piscina', '@duckdb/node-api'])
      expect(packages).not.toContain(name)
  },
)
