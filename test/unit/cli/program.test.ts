import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { createProgram } from '#services/_cli/program.ts'

const program = createProgram(new AbortController().signal)

const withSubcommands = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(inner => withSubcommands(inner)),
]
const all = withSubcommands(program)

function helpOf(...names: readonly string[]): string {
  const command = names.reduce<Command | undefined>(
    (found, name) => found?.commands.find(one => one.name() === name),
    program,
  )
  const written: string[] = []
  command?.configureOutput({ writeOut: text => void written.push(text) }).outputHelp()
  return written.join('')
}

test.each(all.map(command => [command.name(), command] as const))(
  '%s has a help text, and so has each option',
  (_name, command) => {
    expect(command.description()).not.toBe('')
    expect(command.options.filter(({ description }) => description === '')).toEqual([])
  },
)

test('the commands are those of the README', () => {
  const names = program.commands.map(command => command.name())
  expect(names).toEqual(expect.arrayContaining(['demo', 'up', 'status', 'import', 'tail', 'export', 'sql', 'estimate']))
  expect(names).toEqual(expect.arrayContaining(['dlq', 'replay', 'topics', 'doctor']))
})

test.each(['tail', 'export', 'sql'])('%s shows an example and the columns', name => {
  expect(helpOf(name)).toMatch(/^Example: flywheel .*\n(?:.*\n)*?.*_partition, _offset/m)
})

test('replay says that differences are not an error', () => {
  expect(helpOf('replay')).toMatch(/exit code is 0 also when decisions differ/)
})

test('dlq redrive names the topic option', () => {
  expect(helpOf('dlq', 'redrive')).toMatch(/--topic <topic> +only records of this topic/)
})
