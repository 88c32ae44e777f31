import { expect, it } from 'vitest'
import { createPseudonymizer } from '#redaction/pseudonym.ts'
import { createEventRedactor, createTaggedStringRewriter } from '#redaction/redact-event.ts'

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
  id: 'i',
  said: 'a',
  maybe: null,
  turns: ['b', 'c'],
  notes: { x: 'd' },
  plan: plan('e'),
  plans: [plan('f')],
  count: 1,
}

it('rewrites the strings that the schema tags, in unions, arrays, maps, records and named records', () => {
  const rewritten = createTaggedStringRewriter(schema)(event, found => found.toUpperCase())
  expect(rewritten).toEqual({
    id: 'i',
    said: 'A',
    maybe: null,
    turns: ['B', 'C'],
    notes: { x: 'D' },
    plan: plan('E'),
    plans: [plan('F')],
    count: 1,
  })
  expect(createTaggedStringRewriter(schema)({ ...event, maybe: 'g', plans: null }, found => `${found}!`)).toMatchObject(
    {
      maybe: 'g!',
      plans: null,
    },
  )
  expect(event.said).toBe('a')
})

it('redacts the tagged strings together, and counts what it found', () => {
  const pseudonymOf = createPseudonymizer('the key of this test')
  const account = pseudonymOf('account', '12345678')
  const redact = createEventRedactor(schema)
  const given = { ...event, id: '12345678', said: 'my account number is 12345678', plan: plan('12345678') }
  expect(redact(given, pseudonymOf)).toEqual({
    ...given,
    said: `my account number is ${account}`,
    plan: plan(account),
    redactions: [{ kind: 'account', count: 2 }],
  })
  expect(redact(event, pseudonymOf)).toEqual({ ...event, redactions: [] })
})
