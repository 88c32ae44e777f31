import { expect, test } from 'vitest'
import { serviceDefinitions, serviceNames, topicNames } from '#topology/derive/definitions.ts'
import { diagram } from '#topology/derive/diagram.ts'
import { topic } from '#topology/topic-names.ts'

test('the diagram draws each edge of the map once, save those it says it leaves out', () => {
  const text = diagram()
  const drawn = (line: string): number => text.split('\n').filter(drawing => drawing.trim() === line).length
  const id = (name: string): string => name.replaceAll('-', '_')
  const left = topicNames.filter(name => text.includes(`Not drawn: \`${name}\``))
  expect(left).toEqual([topic.agents, topic.lostPositions])
  for (const service of serviceNames) {
    const { reads, follows, writes } = serviceDefinitions[service]
    const shown = (names: readonly (typeof topicNames)[number][]) => names.filter(name => !left.includes(name))
    for (const name of shown(reads)) expect(drawn(`${id(name)} --> ${id(service)}`)).toBe(1)
    for (const name of shown(writes)) expect(drawn(`${id(service)} --> ${id(name)}`)).toBe(1)
    for (const name of shown(follows))
      expect(drawn(`${id(name)} -.-> ${id(service)}`)).toBe(writes.includes(name) ? 0 : 1)
  }
  expect(drawn('gateway == HTTP ==> ingest')).toBe(1)
})
