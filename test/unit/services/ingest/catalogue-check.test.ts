import { describe, expect, it } from 'vitest'
import { toAgentDescribed } from '#services/ingest/agent-described.ts'
import { callProblems } from '#services/ingest/catalogue-check.ts'
import { call } from '#test/support/data/turns.ts'

const argumentSchema = JSON.stringify({
  type: 'object',
  properties: { locator: { type: 'string' }, seats: { type: 'integer' } },
  required: ['locator'],
})
const tools = [
  { name: 'get_booking', description: 'Looks up a booking.', argumentSchema },
  { name: 'faq', description: 'Answers a question.' },
  { name: 'now', description: 'The time.', argumentSchema: '{"type":"object","properties":{}}' },
]
const desk = toAgentDescribed('desk', { tools }, 0)

describe('calls are checked against the catalogue', () => {
  it.each([
    ['right arguments', 'get_booking', '{"locator":"ABC123","seats":2}'],
    ['free text for a tool without a schema', 'faq', 'opening hours'],
    ['nothing for a tool that takes no arguments', 'now', ''],
  ])('%s have no problem', (_what, tool, written) => {
    expect(callProblems(desk, [call(tool, written)])).toEqual([])
  })

  it.each([
    ['an unknown tool', 'get_bookings', '{}', { kind: 'unknownTool', path: '' }],
    ['arguments that are no JSON', 'get_booking', '{"locator":', { kind: 'notJson', path: '' }],
    ['a value of another type', 'get_booking', '{"locator":"A","seats":"two"}', { kind: 'schema', path: '/seats' }],
    ['a missing argument', 'get_booking', '', { kind: 'schema', path: '' }],
  ])('%s is told', (_what, tool, written, problem) => {
    expect(callProblems(desk, [call('faq', 'x'), call(tool, written)])).toMatchObject([{ call: 1, ...problem }])
  })

  it('a changed catalogue is another one', () => {
    const changed = toAgentDescribed('desk', { tools: [{ name: 'fees', description: 'Costs.' }] }, 0)
    expect(callProblems(desk, [call('fees', 'x')])).toHaveLength(1)
    expect(callProblems(changed, [call('fees', 'x')])).toEqual([])
  })

  it('at most 20 problems of a step are kept', () => {
    expect(callProblems(desk, Array(128).fill(call('ghost')))).toHaveLength(20)
  })
})
