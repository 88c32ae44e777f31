import { expect, test } from 'vitest'
import { consumedTopics, consumingServices, deadLetterTopics } from '#topology/derive/definitions.ts'
import { deadLetterTopic, retryTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

test('a service consumes the topics that it reads and its retry topic', () => {
  expect(consumingServices).toContain('curator')
  expect(consumingServices).not.toContain('gateway')
  const annotation = [topic.selectedSamples, topic.scoredSamples, topic.reviews]
  expect(consumedTopics('annotation')).toEqual([...annotation, retryTopic('annotation')])
  expect(deadLetterTopics('annotation')).toEqual(annotation.map(read => deadLetterTopic(read, 'annotation')))
  expect([...consumedTopics('gateway'), ...deadLetterTopics('gateway')]).toEqual([])
})
