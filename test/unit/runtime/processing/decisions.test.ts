import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCodec } from '#runtime/codec/codec.ts'
import { canonicalJson, digest } from '#runtime/core/identity.ts'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { loadFacts, recordDecision } from '#runtime/processing/decisions.ts'
import { avro } from '#schemas/avro.ts'
import type { DecisionRecorded } from '#schemas/events.ts'
import { inMemoryRegistry } from '#test/support/doubles/in-memory-registry.ts'
import { decisionsTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import type { ServiceName } from '#topology/types.ts'

const codec = createCodec(inMemoryRegistry(), avro)
await codec.registerSchemas()

const record: LogRecord = {
  ...{ topic: topic.goldAnswers, partition: 2, offset: 7, timestamp: 0 },
  ...{ key: null, value: null, headers: {} },
}

function recorded(service: ServiceName, facts: unknown) {
  return recordDecision(service, { record, inputId: 'i', facts, outputs: ['o'], remembered: 3 }, codec)
}

async function read(written: ReturnType<typeof recorded>): Promise<unknown> {
  const objects = {
    get: async (name: string) => (written?.object && digest(written.object) === name ? written.object : missing(name)),
  }
  const event = await codec.decode(decisionsTopic('self-play'), written?.record.value ?? Buffer.of())
  return loadFacts(event as DecisionRecorded, objects)
}

const missing = (name: string): never => {
  throw new Error(`no object ${name}`)
}

test('facts come back as they were, inline or from the object store', async () => {
  await fc.assert(
    fc.asyncProperty(fc.object(), fc.integer({ min: 0, max: 800 }), async (any, length) => {
      const facts: unknown = JSON.parse(JSON.stringify({ any, text: 'x'.repeat(length) }))
      const written = recorded('self-play', facts)
      expect(await read(written)).toEqual(facts)
      expect(written?.object !== undefined).toBe(canonicalJson(facts).length > 400)
      expect(written?.record.value?.length).toBeLessThan(1_000)
    }),
  )
})

test.each([2, 800])(
  'frozen facts of %i characters are encoded the same each time; others as they are at that time',
  async length => {
    const facts = { text: 'x'.repeat(length) }
    const first = recorded('self-play', facts)
    facts.text += 'y'
    const frozen = Object.freeze({ ...facts })
    const others = [facts, frozen, frozen].map(brought => recorded('self-play', brought))
    expect(await read(first)).toEqual({ text: 'x'.repeat(length) })
    for (const other of others) {
      expect(await read(other)).toEqual(facts)
      expect(other).toEqual(others[0])
    }
  },
)

test('a decision goes to the partition number of its input, under the id of the input', () => {
  expect(recorded('self-play', {})?.record).toMatchObject({
    topic: decisionsTopic('self-play'),
    partition: 2,
    key: 'i',
  })
})

test('without facts a decision is recorded only where the service has state', async () => {
  expect(await read(recorded('judge', undefined))).toBeUndefined()
  expect(recorded('trainer', undefined)).toBeUndefined()
})
