import { expect, test } from 'vitest'
import { faults } from '#runtime/core/faults.ts'
import { serviceNames, topicNames } from '#topology/derive/definitions.ts'
import { faultsTable, servicesTable, settingsTable, topicsTable } from '#topology/derive/tables.ts'

test('tables have a row for each service, topic, setting and fault, and cells cannot break them', () => {
  const rows = (table: string): readonly string[] => table.split('\n').slice(2)
  expect(rows(servicesTable())).toHaveLength(serviceNames.length)
  expect(rows(topicsTable())).toHaveLength(topicNames.length)
  expect(rows(settingsTable([{ variable: 'A', about: 'one | or\nthe other', default: undefined }]))).toEqual([
    '| `A` | one \\| or the other |  |',
  ])
  expect(rows(faultsTable(faults))).toHaveLength(Object.keys(faults).length)
  expect(faultsTable(faults)).toContain('| `FLY_BUG` | An assumption of this code does not hold. | stop |')
})
