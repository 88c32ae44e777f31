import type { FastifyInstance } from 'fastify'
import { beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '#test/support/folder.ts'
import { type Appended, openHttpApi, tools } from './http-api.make.ts'

let app: FastifyInstance
let appended: Appended[]

beforeEach(async () => {
  appended = []
  ;({ app } = await openHttpApi(temporaryFolder(), async one => void appended.push(one)))
  appended = []
})

describe('agent descriptions', () => {
  const put = (agent: string, payload: object) => app.inject({ method: 'PUT', url: `/v1/agents/${agent}`, payload })

  it('the same description twice is appended once', async () => {
    const first = await put('other', { tools, name: 'Other' })
    const again = await put('other', { tools, name: 'Other' })
    expect(first.json()).toMatchObject({ agent: 'other', changed: true })
    expect(again.json()).toEqual({ ...first.json(), changed: false })
    expect(appended).toHaveLength(1)
    expect((await put('other', { tools, name: 'Another' })).json()).toMatchObject({ changed: true })
  })

  it('can be read, one or all', async () => {
    expect((await app.inject('/v1/agents/desk')).json()).toMatchObject({
      agent: 'desk',
      tools: [{ name: 'quote', argumentSchema: null }],
    })
    expect((await app.inject('/v1/agents')).json().agents).toHaveLength(1)
    expect((await app.inject('/v1/agents/ghost')).statusCode).toBe(404)
  })

  it('can be removed and registered again', async () => {
    const remove = (agent: string) => app.inject({ method: 'DELETE', url: `/v1/agents/${agent}` })
    expect((await remove('desk')).json()).toMatchObject({ agent: 'desk', changed: true })
    expect(appended.at(-1)?.events).toMatchObject([{ agent: 'desk', removed: true, tools: [{ name: 'quote' }] }])
    expect((await app.inject('/v1/agents')).json()).toEqual({ agents: [] })
    expect((await remove('desk')).statusCode).toBe(404)
    expect((await put('desk', { tools })).json()).toMatchObject({ changed: true })
  })

  it('may have a name as tracing tools report it', async () => {
    for (const agent of ['Math Tutor', 'support.v2', 'Reiseb\u00fcro'])
      expect((await put(encodeURIComponent(agent), { tools })).json()).toMatchObject({ agent, changed: true })
    expect((await app.inject('/v1/agents/Math%20Tutor')).json()).toMatchObject({ agent: 'Math Tutor' })
  })

  it.each([
    ['a name with a slash', 'de/sk', { tools }, 'agent: must be 1 to 100 letters'],
    ['a name that ends with a space', 'desk ', { tools }, 'agent: must be 1 to 100 letters'],
    ['no tools', 'x', { tools: [] }, 'tools: a planner needs at least one tool'],
    ['a repeated tool', 'x', { tools: [...tools, ...tools] }, 'tools: two tools have the name quote: rename one'],
    [
      'a misspelt budget',
      'x',
      { tools, budgets: { sampleshare: 0.2 } },
      'budgets: unknown field sampleshare: remove it; known are sampleShare',
    ],
    [
      'two stages of one name',
      'x',
      { tools, stages: [{ name: 'planner' }, { name: 'planner' }] },
      'stages: two stages have the name planner: rename one',
    ],
    ['a share above 1', 'x', { tools, budgets: { sampleShare: 10 } }, 'budgets.sampleShare: '],
    [
      'a schema that is not JSON',
      'x',
      { tools: [{ ...tools[0], argumentSchema: 'string' }] },
      'tools.0: tool quote: argumentSchema: must be a JSON Schema',
    ],
  ])('are refused with %s', async (_what, agent, body, message) => {
    const reply = await put(encodeURIComponent(agent), body)
    expect(reply.statusCode).toBe(400)
    expect(reply.json().error.message).toContain(message)
    expect(appended).toEqual([])
  })
})
