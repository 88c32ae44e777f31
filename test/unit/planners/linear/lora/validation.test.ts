import { describe, expect, test } from 'vitest'
import { chooseBlend, validateWeights } from '#planners/linear/lora/validation.ts'
import { baseWeights as describeTools } from '#planners/linear/model/weights.ts'
import { featurize } from '#text/features.ts'
import { examples, tools } from '../makers.ts'

const names = tools.map(({ name }) => name)
const weights = describeTools(tools)
const rows = examples(80).map(({ tool, question }) => ({ vector: featurize(question), tool: names.indexOf(tool) }))
const easy = tools.map(({ description }, tool) => ({ vector: featurize(description), tool }))

describe('validate', () => {
  test('grades by share right and takes a bold scale where the scores are right', () => {
    const sure = validateWeights(weights, easy)
    expect(sure.accuracy).toBe(1)
    expect(sure.scale).toBeGreaterThan(validateWeights(weights, rows).scale)
    expect(sure.logLoss).toBeLessThan(0.01)
  })

  test('takes a modest scale where the scores are wrong', () => {
    const wrong = easy.map(row => ({ ...row, tool: (row.tool + 1) % tools.length }))
    expect(validateWeights(weights, wrong)).toMatchObject({ accuracy: 0, scale: 3 })
  })
})

describe('chooseBlend', () => {
  const [training, held] = [rows.slice(0, 40), rows.slice(40)]

  test('lets neighbours vote where they know better than the weights', () => {
    const { weight, accuracy } = chooseBlend(weights, 16, training, held, 5)
    expect(weight).toBeGreaterThan(0)
    expect(accuracy).toBeGreaterThan(validateWeights(weights, held).accuracy)
  })

  test('keeps them out where they mislead', () => {
    const misled = easy.map(row => ({ ...row, tool: (row.tool + 1) % tools.length }))
    expect(chooseBlend(weights, 16, misled, easy, 1)).toEqual({ weight: 0, accuracy: 1 })
  })
})
