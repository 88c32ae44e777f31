import { expect, test } from 'vitest'
import { topics } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'

test('topic constants are the names of the map in camel case', () => {
  expect(Object.values(topic).sort()).toEqual(Object.keys(topics).sort())
  expect(topic).toMatchObject({ goldAnswers: Object.keys(topics).find(name => name.startsWith('gold-a')) })
})
