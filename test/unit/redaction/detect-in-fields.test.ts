import { expect, it } from 'vitest'
import { detectInFields } from '#redaction/detect-in-fields.ts'

it('searches any value, JSON in strings included, and names the field without the value', () => {
  const value = {
    rows: [{ question: 'fine' }, { question: 'mail a@b.com' }],
    facts: '{"asked":"415-555-0132"}',
    'c@d.com': 1,
    number: 4111111111111111,
  }
  expect([...detectInFields(value)]).toEqual([
    { field: 'rows[1].question', kind: 'email' },
    { field: 'facts.asked', kind: 'phone' },
    { field: '*', kind: 'email' },
  ])
})
