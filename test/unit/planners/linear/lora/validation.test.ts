import { describe, expect, test } from 'vitest'
import { validateWeights } from '#planners/linear/lora/validation.ts'
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
