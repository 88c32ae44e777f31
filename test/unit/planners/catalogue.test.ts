import { expect, test } from 'vitest'
import { withCurrentTools } from '#planners/catalogue.ts'

test('tools are those of today, with tuned descriptions where there are some', () => {
  const catalogue = ['quote', 'crypto'].map(name => ({
    name,
    description: `${name} as described`,
    argumentSchema: '{}',
  }))
  const known = ['quote', 'gone'].map(name => ({ name, description: `${name} as tuned` }))
  expect(withCurrentTools(catalogue, known)).toEqual([
    { name: 'quote', description: 'quote as tuned' },
    { name: 'crypto', description: 'crypto as described' },
  ])
})
