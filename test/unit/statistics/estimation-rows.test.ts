import { expect, test } from 'vitest'
import { correctionArm, isEstimationRow } from '#statistics/estimation-rows.ts'

test('a row enters an estimate unless it is a correction, or may be one because its arms are not known', () => {
  expect(isEstimationRow({ arms: ['random', 'impact'] })).toBe(true)
  expect(isEstimationRow({ arms: ['random', correctionArm] })).toBe(false)
  expect(isEstimationRow({ arms: [] })).toBe(false)
})
