import { expect, it } from 'vitest'
import type { ChatLogged } from '#schemas/events.ts'
import { call } from '#test/support/data/turns.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { topic } from '#topology/topic-names.ts'
import { openHttpApi } from './http-api.make.ts'

const ids = { agent: 'desk', conversationId: 'c1' }
const asked = { role: 'user', content: 'Refund it' }
const called = {
  role: 'assistant',
  content: [{ type: 'tool_use', id: 'c', name: 'refund', input: { order: 7 } }],
}
const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'done', is_error: false }] }
const done = { role: 'assistant', content: [{ type: 'text', text: 'Done.' }] }

async function open() {
  const events: ChatLogged[] = []
  const { app } = await openHttpApi(temporaryFolder(), async one => {
    if (one.topic === topic.chatLogs) events.push(...(one.events as readonly ChatLogged[]))
  })
  const send = (payload: object | string) =>
    app.inject({
      ...{ method: 'POST', url: '/v1/conversations', headers: { 'content-type': 'application/json' } },
      payload,
    })
  return { events, send }
}

it('all turns of a conversation are accepted, with the digits of their arguments', async () => {
  const { events, send } = await open()
  const body = JSON.stringify({ ...ids, messages: [asked, called, result, done, asked, done, asked], tools: [] })
  const reply = await send(body.replace('"order":7', '"order":107505301260286111'))
  expect(reply.json()).toMatchObject({
    accepted: 2,
    duplicates: 0,
    unanswered: 1,
    ids: [{}, {}].map(() => expect.any(String)),
  })
  expect(events).toMatchObject([
    {
      ...{ ...ids, turn: 0, question: 'Refund it', answer: 'Done.', earlier: [] },
      steps: [
        {
          calls: [call('refund', '{"order":107505301260286111}', 'c')],
          results: [{ callId: 'c', text: 'done', isError: false }],
        },
        { calls: [], text: 'Done.' },
      ],
    },
    { turn: 1, steps: [{ calls: [] }], earlier: [{}, {}, { role: 'tool' }, {}] },
  ])
})

it('a conversation that is sent again with more messages adds only the new turns', async () => {
  const { events, send } = await open()
  await send({ ...ids, messages: [asked, done] })
  expect((await send({ ...ids, messages: [asked, done, asked, done] })).json()).toMatchObject({
    accepted: 1,
    duplicates: 1,
  })
  expect(events.map(({ turn }) => turn)).toEqual([0, 1])
})

it.each([
  [
    'an unknown part',
    { messages: [asked, { role: 'assistant', content: [{ type: 'hologram' }] }] },
    /messages\[1\]\.content\[0\]: unknown part hologram/,
  ],
  ['an unknown role', { messages: [{ role: 'oracle', content: 'x' }] }, /messages\[0\]: unknown role oracle/],
  ['no messages', {}, /no messages: send them as messages/],
  [
    'a result without a call',
    { messages: [asked, result, done] },
    /a result of the call c, which its turn does not have/,
  ],
  ['a question that is too long', { messages: [{ role: 'user', content: 'x'.repeat(9000) }, done] }, /\[0\]\.question/],
  [
    'too many messages',
    { messages: Array.from({ length: 10_001 }, () => asked) },
    /10001 messages: send at most 10000/,
  ],
])('%s refuses the conversation, and nothing is appended', async (_what, given, message) => {
  const { events, send } = await open()
  const reply = await send({ ...ids, ...given })
  expect([reply.statusCode, reply.json().error.message]).toEqual([400, expect.stringMatching(message)])
  expect(events).toEqual([])
})

it('an agent that is not registered is not found', async () => {
  const { send } = await open()
  expect((await send({ ...ids, agent: 'other', messages: [asked, done] })).statusCode).toBe(404)
})
