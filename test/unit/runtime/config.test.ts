import { expect, test } from 'vitest'
import { readSettings, toEnvironment } from '#runtime/config.ts'

test('defaults suffice', () => {
  expect(readSettings({})).toMatchObject({ host: '127.0.0.1', port: 8600, home: './.flywheel' })
})

test('every problem is named at once: unknown names with our prefix, malformed values, a missing partner', () => {
  const read = () =>
    readSettings({
      FLYWHEEL_PROT: '1',
      FLYWHEEL_PORT: 'http',
      FLYWHEEL_KAFKA: 'localhost:9092',
      PATH: '/bin',
      HOME: '/root',
    })
  expect(read).toThrow(/FLYWHEEL_PROT: no such setting/)
  expect(read).toThrow(/FLYWHEEL_PORT/)
  expect(() => readSettings({ FLYWHEEL_KAFKA: 'localhost:9092' })).toThrow(
    /FLYWHEEL_REGISTRY: needed with FLYWHEEL_KAFKA/,
  )
})

test('options of the command line go before the environment', () => {
  expect(readSettings({ FLYWHEEL_PORT: '1000' }, { port: 2000, home: undefined }).port).toBe(2000)
})

test('another process gets the same settings', () => {
  const settings = readSettings({
    FLYWHEEL_API_KEY: 'a-key-of-some-length',
    FLYWHEEL_KAFKA: 'a:1',
    FLYWHEEL_REGISTRY: 'http://r:1',
  })
  expect(readSettings(toEnvironment(settings))).toEqual(settings)
})
