import { expect, test } from 'vitest'
import { openapi } from '#services/ingest/openapi.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { topic } from '#topology/topic-names.ts'
import { openHttpApi } from './http-api.make.ts'

const paths = Object.entries(openapi.paths as Record<string, Record<string, Operation>>)
type Operation = {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> }
  readonly responses: object
}

test('the document has the routes of the API', async () => {
  const { routes } = await openHttpApi(temporaryFolder(), async () => {})
  const documented = paths.flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path.replace(/{(\w+)}/, ':$1')}`),
  )
  expect(routes.filter(route => !route.startsWith('HEAD')).sort()).toEqual(documented.sort())
})

test('the examples are accepted, and the document is served', async () => {
  const appended: string[] = []
  const { app } = await openHttpApi(temporaryFolder(), async one => void appended.push(one.topic))
  for (const [path, methods] of paths)
    for (const [method, { requestBody }] of Object.entries(methods))
      for (const [type, { example }] of Object.entries(requestBody?.content ?? {})) {
        if (example === undefined) continue
        const payload = typeof example === 'string' ? example : JSON.stringify(example)
        const url = path.replace('{agent}', 'another')
        const answer = await app.inject({ method: method as 'POST', url, payload, headers: { 'content-type': type } })
        expect([path, type, answer.statusCode]).toEqual([path, type, 200])
      }
  expect(new Set(appended)).toEqual(new Set([topic.agents, topic.chatLogs, topic.escalations, topic.feedback]))
  expect((await app.inject('/openapi.json')).json()).toEqual(JSON.parse(JSON.stringify(openapi)))
})
