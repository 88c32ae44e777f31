import { describe, expect, it } from 'vitest'
import { agentBody } from '#dialects/agent-body.ts'

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const described = {
  name: 'weather.now',
  description: 'Weather of a city.',
  argumentSchema: '{"properties":{"city":{"type":"string"}},"required":["city"],"type":"object"}',
}
const { name, description } = described

describe('a tool', () => {
  it.each([
    ['in our form', { name, description, argumentSchema: schema }],
    [
      'of OpenAI chat completions',
      { type: 'function', function: { name, description, parameters: schema, strict: true } },
    ],
    ['of OpenAI Responses', { type: 'function', name, description, parameters: schema, strict: null }],
    ['of Anthropic', { name, description, input_schema: schema, cache_control: { type: 'ephemeral' } }],
    ['of an MCP server', { name, title: 'Weather', description, inputSchema: schema, annotations: {} }],
  ])('%s is kept with its name, description and schema', (_form, tool) => {
    expect(agentBody.parse({ tools: [tool] }).tools).toEqual([described])
  })

  it('may have its schema as text, which is kept as it is', () => {
    const text = '{ "type": "object" }'
    expect(agentBody.parse({ tools: [{ name, description, inputSchema: text }] }).tools[0]?.argumentSchema).toBe(text)
  })

  it('of OpenAI without parameters takes no arguments; one of ours without a schema takes one query', () => {
    const { tools } = agentBody.parse({
      tools: [
        { type: 'function', function: { name } },
        { name: 'faq', description },
      ],
    })
    expect(tools).toEqual([
      { name, description: name, argumentSchema: '{"properties":{},"type":"object"}' },
      { name: 'faq', description, argumentSchema: null },
    ])
  })

  it.each([
    ['a misspelt field', { type: 'function', function: { name, paramaters: schema } }, 'unknown field paramaters'],
    ['a hosted tool', { type: 'web_search' }, 'a tool is of type web_search, which has no schema: describe it with'],
    ['a schema that is none', { name, input_schema: 'string' }, `tool ${name}: input_schema: must be a JSON Schema`],
    ['no description in our form', { name }, `tool ${name}: description: `],
    ['the reserved name', { name: '(none)', description }, '(none) means that no tool was called: rename the tool'],
    ['text', 'weather', 'must be an object that describes a tool'],
  ])('is refused with %s', (_what, tool, message) => {
    const parsed = agentBody.safeParse({ tools: [tool] })
    expect(parsed.error?.issues[0]?.message).toContain(message)
    expect(parsed.error?.issues[0]?.path.slice(0, 2)).toEqual(['tools', 0])
  })
})

describe('a list of tools of an MCP server', () => {
  const tools = [{ name, description, inputSchema: schema }]
  it('is the description of an agent', () => {
    expect(agentBody.parse({ tools, nextCursor: null }).tools).toEqual([described])
  })
  it('is refused when it is one page of several', () => {
    expect(agentBody.safeParse({ tools, nextCursor: 'page-2' }).error?.issues[0]).toMatchObject({
      path: ['nextCursor'],
      message: expect.stringContaining('send all pages as one list'),
    })
  })
})
