import { expect, it } from 'vitest'
import type { ChatLogged } from '#schemas/events.ts'
import { inMemoryObjects } from '#test/support/doubles/in-memory-objects.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { topic } from '#topology/topic-names.ts'
import { openHttpApi, turn } from './http-api.make.ts'

const prompt = 'You are a broker. Hand over to ana@example.com.'

it('the prompt of a turn is in the object store, redacted, before the turn is in the log', async () => {
  const objects = inMemoryObjects()
  const stored: string[] = []
  const append = async (events: readonly ChatLogged[]) => {
    for (const { prompt } of events)
      stored.push(prompt === null ? '' : Buffer.from(await objects.get(prompt)).toString())
  }
  const { app } = await openHttpApi(
    temporaryFolder(),
    async one => (one.topic === topic.chatLogs ? append(one.events as readonly ChatLogged[]) : undefined),
    {},
    objects,
  )
  const turns = [
    turn({ id: 'a', prompt }),
    turn({ id: 'b', prompt }),
    turn({ id: 'c' }),
    turn({ id: 'd', prompt: ' ' }),
  ]
  const reply = await app.inject({ method: 'POST', url: '/v1/chat-logs', payload: turns })
  expect(reply.statusCode).toBe(200)
  const redacted = expect.stringMatching(/^You are a broker\. Hand over to \[email:[a-z]+\]\.$/)
  expect(stored).toEqual([redacted, redacted, '', ''])
})

it('a turn whose prompt cannot be stored is not acknowledged, nor in the log', async () => {
  const appended: string[] = []
  const objects = { put: async () => Promise.reject(new Error('disk full')) }
  const { app } = await openHttpApi(temporaryFolder(), async one => void appended.push(one.topic), {}, objects)
  appended.length = 0
  const reply = await app.inject({ method: 'POST', url: '/v1/chat-logs', payload: turn({ prompt }) })
  expect(reply.statusCode).toBe(500)
  expect(appended).toEqual([])
})
