import { expect, onTestFinished, test, vi } from 'vitest'
import { State } from '#runtime/state/state.ts'
import { stateBytes } from '#runtime/state/state-bytes.ts'

const stateOf = (values: readonly unknown[]): State => {
  const state = new State()
  state.applyCommitted(values.map((value, at) => ({ collection: 'a', key: String(at), value })))
  return state
}

test('a state has the bytes of its keys and of its values as JSON', async () => {
  expect(await stateBytes(new State())).toBe(0)
  expect(await stateBytes(stateOf([{ a: 1 }, 'ü', null]))).toBe('0{"a":1}'.length + '1""'.length + 2)
})

test('of many entries every n-th is measured, and stands for the others', async () => {
  const values = Array.from({ length: 100_000 }, (_none, at) => 'x'.repeat(at % 7))
  const exact = values.reduce((sum, value, at) => sum + String(at).length + value.length + 2, 0)
  const state = stateOf(values)
  const stringify = vi.spyOn(JSON, 'stringify')
  onTestFinished(() => stringify.mockRestore())
  const estimate = await stateBytes(state)
  expect(stringify).toHaveBeenCalledTimes(1_000)
  expect(Math.abs(estimate / exact - 1)).toBeLessThan(0.02)
})
