import { expect, test } from 'vitest'
import { topicDefinitions } from '#topology/derive/definitions.ts'
import { compatibility } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import { schemas } from '../repository-files.ts'
import { undocumentedFields } from './map-invariants.ts'

/** Others build on this topic: what its fields mean is written in the schema that they get, and stays readable. */
const { event } = topicDefinitions[topic.scoredSamples]

test('every field of a scored sample says what it is', () => {
  const schema = schemas.find(({ name }) => name === event)
  expect(schema?.fields?.length).toBeGreaterThan(10)
  expect(undocumentedFields(schema)).toEqual([])
})

test('any version of scored samples reads any other', () => {
  expect(compatibility(topic.scoredSamples)).toBe('FULL_TRANSITIVE')
})
