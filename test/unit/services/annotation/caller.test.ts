import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { digest } from '#runtime/core/identity.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { openDesk } from './desk.ts'
import { sample } from './events.ts'

const keys = {
  ann: ['review'],
  dan: ['review', 'adjudicate'],
  proxy: ['review', 'admin'],
  board: ['read'],
}
const headersOf = (name: string) => ({ authorization: `Bearer key of ${name}` })

function deskWithKeys() {
  const file = join(temporaryFolder(), 'keys.json')
  const entries = Object.entries(keys).map(([name, scopes]) => ({ name, sha256: digest(`key of ${name}`), scopes }))
  writeFileSync(file, JSON.stringify(entries))
  const environment = { FLYWHEEL_API_KEY: 'the key of the wheel', FLYWHEEL_API_KEYS: file }
  return openDesk({ samples: [sample({ id: 's2' })], environment })
}

it.each<[key: string, said: object, status: number, reviewer: string | RegExp]>([
  ['ann', {}, 200, 'ann'],
  ['ann', { reviewer: 'ann' }, 200, 'ann'],
  ['ann', { reviewer: 'bob' }, 403, /reviewer: this key reviews as ann/],
  ['ann', { role: 'adjudicator' }, 403, /role: .* needs the scope adjudicate/],
  ['proxy', { reviewer: 'bob' }, 200, 'bob'],
  ['proxy', {}, 400, /reviewer: name the reviewer/],
  ['board', { reviewer: 'board' }, 403, /needs the scope review/],
  ['nobody', {}, 401, /Send the API key/],
])('the key of %s, which says %j, is answered %i %s', async (key, said, status, reviewer) => {
  const { post, appended } = deskWithKeys()
  const payload = { agent: 'desk', sampleId: 's2', verdict: 'right', ...said }
  const reply = await post('/v1/reviews', payload, headersOf(key))
  expect(reply.statusCode).toBe(status)
  expect(appended.map(event => event.reviewer)).toEqual(typeof reviewer === 'string' ? [reviewer] : [])
  if (typeof reviewer !== 'string') expect(reply.json().error.message).toMatch(reviewer)
})

it('a key is told whom it speaks for and what it may do; agreement is for those who may look', async () => {
  const { app } = deskWithKeys()
  const ask = (url: string, key: string) => app.inject({ url, headers: headersOf(key) })
  const told = async (key: string) => {
    const { reviewer, roles } = (await ask('/v1/reviewer', key)).json()
    return { reviewer, roles }
  }
  expect(await told('ann')).toEqual({ reviewer: 'ann', roles: ['reviewer'] })
  expect(await told('dan')).toEqual({ reviewer: 'dan', roles: ['reviewer', 'adjudicator'] })
  expect(await told('proxy')).toEqual({ reviewer: null, roles: ['reviewer'] })
  expect((await ask('/v1/agreement?agent=desk', 'ann')).statusCode).toBe(403)
  expect((await ask('/v1/agreement?agent=desk', 'board')).statusCode).toBe(200)
})

it('the page and its interface are open, and tell nothing of chats', async () => {
  const { app } = deskWithKeys()
  for (const url of ['/review', '/review/openapi.json']) expect((await app.inject(url)).statusCode).toBe(200)
})
