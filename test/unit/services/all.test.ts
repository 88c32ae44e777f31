import { expect, test } from 'vitest'
import { all } from '#services/all.ts'
import { services } from '#topology/map.ts'

test('each service that has state names the version of its shape, and no other does', () => {
  const named = Object.values(all).flatMap(({ name, stateShape }) => (stateShape ? [name] : []))
  expect(named).toEqual(Object.values(all).flatMap(({ name }) => (services[name].stateful ? [name] : [])))
})
