import { expect, it } from 'vitest'
import { detectInFields } from '#redaction/detect-in-fields.ts'
import { createTaggedStringRewriter } from '#redaction/tagged-strings.ts'

const text = { type: 'string', sensitivity: 'free-text' }
const schema = {
  type: 'record',
  name: 'Event',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'said', ...text },
    { name: 'maybe', ...text, type: ['null', 'string'] },
    { name: 'turns', ...text, type: { type: 'array', items: 'string' } },
    { name: 'notes', ...text, type: { type: 'map', values: 'string' } },
    {
      name: 'plan',
      type: {
        type: 'record',
        name: 'Plan',
        fields: [
          { name: 'tool', type: 'string' },
          { name: 'argument', ...text },
        ],
      },
    },
    { name: 'plans', type: ['null', { type: 'array', items: 'Plan' }] },
    { name: 'count', type: 'int' },
  ],
}
const plan = (argument: string) => ({ tool: 't', argument })
const event = {
  ...{
    id: 'i',
    said: 'a',
    maybe: null,
    turns: ['b', 'c'],
    notes: { x: 'd' },
    plan: plan('e'),
    plans: [plan('f')],
    count: 1,
  },
}

it('rewrites what the schema tags, through unions, arrays, maps, records and names of records', () => {
  const rewritten = createTaggedStringRewriter(schema)(event, found => found.toUpperCase())
  expect(rewritten).toEqual({
    ...{
      id: 'i',
      said: 'A',
      maybe: null,
      turns: ['B', 'C'],
      notes: { x: 'D' },
      plan: plan('E'),
      plans: [plan('F')],
      count: 1,
    },
  })
  expect(createTaggedStringRewriter(schema)({ ...event, maybe: 'g', plans: null }, found => `${found}!`)).toMatchObject(
    {
      maybe: 'g!',
      plans: null,
    },
  )
  expect(event.said).toBe('a')
})

it('looks through any value, JSON within it included, and names the place without the value', () => {
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
