import { once } from 'node:events'
import { createServer } from 'node:http'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createCodec } from '#runtime/codec/codec.ts'
import { faultAction } from '#runtime/core/faults.ts'
import { openHttpRegistry } from '#runtime/registry/http.ts'
import { avro } from '#schemas/avro.ts'
import { arbitraryEvent } from '#test/support/data/arbitrary-event.ts'
import { inMemoryRegistry } from '#test/support/doubles/in-memory-registry.ts'
import { topic } from '#topology/topic-names.ts'

type Answer = { readonly status: number; readonly body: string }

const json = (body: object, status = 200): Answer => ({ status, body: JSON.stringify(body) })
const noSuchSchema = json({ error_code: 40403, message: 'Schema not found' }, 404)
const ingress: Answer = { status: 404, body: '<html>default backend - 404</html>' }

/** A registry that gives for each path the answers listed, the last one again and again. `requests` are the paths asked for. */
async function registryWith(answers: Readonly<Record<string, readonly Answer[]>>) {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    const asked = requests.filter(one => one === path).length
    requests.push(path)
    const listed = answers[path] ?? [noSuchSchema]
    const { status, body } = listed[Math.min(asked, listed.length - 1)] ?? noSuchSchema
    response.writeHead(status, { 'content-type': 'text/plain' }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  onTestFinished(() => server.closeAllConnections())
  const { port } = server.address() as { port: number }
  return { registry: openHttpRegistry(`http://127.0.0.1:${port}`), requests }
}

const text = { type: 'record', name: 'Text', fields: [{ name: 'a', type: 'string' }] }
const stored = (schema: object, more: object = {}): Answer => json({ schema: JSON.stringify(schema), ...more })
const path = '/schemas/ids/7'

/** The code of the fault and what the runtime does then. */
const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'a schema',
    error => `${error.code} ${faultAction(error)}`,
  )

test('a 404 that is not the answer of a registry is an outage, not a missing schema', async () => {
  const { registry } = await registryWith({ [path]: [ingress] })
  expect(await outcome(registry.schema(7))).toBe('FLY_REGISTRY retry')
  const html = await registryWith({ [path]: [{ status: 200, body: '<html>welcome</html>' }] })
  expect(await outcome(html.registry.schema(7))).toBe('FLY_REGISTRY retry')
  const other = await registryWith({ [path]: [json({ hello: 'world' })] })
  expect(await outcome(other.registry.schema(7))).toBe('FLY_REGISTRY retry')
  const wrongPath = await registryWith({ [path]: [json({ error_code: 404, message: 'HTTP 404 Not Found' }, 404)] })
  expect(await outcome(wrongPath.registry.schema(7))).toBe('FLY_REGISTRY retry')
  const recovered = await registryWith({ [path]: [ingress, { status: 503, body: '' }, stored(text)] })
  expect(await recovered.registry.schema(7)).toEqual(text)
})

test('a subject behind such a 404 is not taken for a new one', async () => {
  const { registry, requests } = await registryWith({ '/config/t-value': [ingress] })
  expect(await outcome(registry.register('t-value', text, 'FULL'))).toBe('FLY_REGISTRY retry')
  expect(new Set(requests)).toEqual(new Set(['/config/t-value']))
})

test('a schema that a replica does not have yet is asked for again', async () => {
  const { registry } = await registryWith({ [path]: [noSuchSchema, stored(text)] })
  expect(await registry.schema(7)).toEqual(text)
})

test('a schema that does not exist is a dead letter, and many records with it cost two requests', async () => {
  const { registry, requests } = await registryWith({})
  const outcomes = await Promise.all([1, 2, 3].map(() => outcome(registry.schema(7))))
  expect([...outcomes, await outcome(registry.schema(7))]).toEqual(Array(4).fill('FLY_DECODE dead-letter'))
  expect(requests).toEqual([path, path])
})

test.each([
  ['Protobuf', json({ schemaType: 'PROTOBUF', schema: 'syntax = "proto3"; message Foo { string a = 1; }' })],
  ['JSON Schema', json({ schemaType: 'JSON', schema: '{"type":"object"}' })],
  ['no JSON', json({ schema: 'record Text { string a; }' })],
])('a schema that is %s is a dead letter, each time', async (_what, answer) => {
  const { registry } = await registryWith({ [path]: [answer] })
  for (let round = 0; round < 2; round++) expect(await outcome(registry.schema(7))).toBe('FLY_DECODE dead-letter')
})

test('an event whose schema names schemas of other subjects is decoded', async () => {
  const [sample] = fc.sample(arbitraryEvent('SampleSelected'), { numRuns: 1, seed: 7 })
  const { namespace, fields } = avro.SampleSelected
  const outcome = fields.find(({ name }) => name === 'outcome')?.type as { readonly name: string }
  const fullName = `${namespace}.${outcome.name}`
  const split = {
    ...avro.SampleSelected,
    fields: fields.map(field => (field.name === 'outcome' ? { ...field, type: fullName } : field)),
  }
  const { registry } = await registryWith({
    [path]: [stored(split, { references: [{ name: fullName, subject: 'outcome', version: 3 }] })],
    '/subjects/outcome/versions/3': [
      stored({ ...outcome, namespace }, { references: [{ name: 'x', subject: 'text', version: 1 }] }),
    ],
    '/subjects/text/versions/1': [stored(text)],
  })
  const writer = createCodec(inMemoryRegistry(), avro)
  await writer.registerSchemas([topic.selectedSamples])
  const value = writer.encode(topic.selectedSamples, sample ?? {})
  value.writeUInt32BE(7, 1)
  expect(await createCodec(registry, avro).decode(topic.selectedSamples, value)).toStrictEqual(sample)
})

test('a schema that names one that does not exist, or itself, is a dead letter', async () => {
  const referring = stored(text, { references: [{ name: 'x', subject: 'a/b', version: 1 }] })
  const lacking = await registryWith({ [path]: [referring] })
  await expect(lacking.registry.schema(7)).rejects.toMatchObject({
    code: 'FLY_DECODE',
    message: 'schema 7 names version 1 of a/b, which cannot be found',
  })
  const circular = await registryWith({ [path]: [referring], '/subjects/a%2Fb/versions/1': [referring] })
  expect(await outcome(circular.registry.schema(7))).toBe('FLY_DECODE dead-letter')
})
