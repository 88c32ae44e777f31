import type { FastifyInstance } from 'fastify'
import { beforeEach, expect, it } from 'vitest'
import { temporaryFolder } from '#test/support/folder.ts'
import { type Appended, openHttpApi, turn } from './http-api.make.ts'

let app: FastifyInstance
let appended: Appended[]
let failing: Error | null

beforeEach(async () => {
  appended = []
  failing = null
  ;({ app } = await openHttpApi(temporaryFolder(), async one => {
    if (failing) throw failing
    appended.push(one)
  }))
  appended = []
})

const headers = { 'content-type': 'application/x-ndjson' }
const send = (payload: string | Buffer) => app.inject({ method: 'POST', url: '/v1/chat-logs', payload, headers })
const lines = (...bodies: unknown[]) => bodies.map(body => `${JSON.stringify(body)}\n`).join('')

it('accepts the valid lines and lists the others with their numbers', async () => {
  const reply = await send(
    `${lines(turn({ id: 'a' }), turn({ question: '' }))}{"agent"\n\n${lines(turn({ agent: 'ghost' }), turn({ id: 'b' }))}`,
  )
  expect(reply.statusCode).toBe(207)
  expect(reply.json()).toMatchObject({
    ...{ accepted: 2, duplicates: 0, refused: 3 },
    problems: [
      { line: 2, code: 'invalid', field: 'question' },
      { line: 3, code: 'not_json' },
      { line: 5, code: 'unknown_agent' },
    ],
  })
  expect(appended.flatMap(({ events }) => events.map(({ id }) => id))).toEqual(['a', 'b'])
})

it('appends in batches, one after the other, and the same stream again changes nothing', async () => {
  const text = lines(...Array.from({ length: 1_200 }, (_, at) => turn({ turn: at })))
  expect((await send(text)).json()).toEqual({ accepted: 1_200, duplicates: 0, refused: 0, problems: [] })
  expect(appended.map(({ events }) => events.length)).toEqual([500, 500, 200])
  const again = await send(text)
  expect([again.statusCode, again.json()]).toEqual([200, { accepted: 0, duplicates: 1_200, refused: 0, problems: [] }])
  expect(appended).toHaveLength(3)
})

it('lists 100 refused lines and counts all', async () => {
  const reply = (await send('no\n'.repeat(150))).json()
  expect([reply.refused, reply.problems.length, appended]).toEqual([150, 100, []])
})

it('refuses a line that is too long or not UTF-8, and accepts the next', async () => {
  const wrong = Buffer.concat([
    Buffer.from(`"${'x'.repeat(1024 * 1024)}"\n`),
    Buffer.from([0x22, 0xff, 0x22, 0x0a]),
    Buffer.from(lines(turn())),
  ])
  expect((await send(wrong)).json()).toMatchObject({
    ...{ accepted: 1, refused: 2 },
    problems: [
      { line: 1, code: 'too_large' },
      { line: 2, code: 'not_json' },
    ],
  })
})

it('refuses a stream without a line, and does not acknowledge after a failed append', async () => {
  expect((await send(' \n\r\n')).json().error.code).toBe('empty')
  failing = new Error('disk full')
  expect((await send(lines(turn()))).statusCode).toBe(500)
})
