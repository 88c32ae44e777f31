import { expect, test } from 'vitest'
import { topicNames } from '#topology/derive/definitions.ts'
import {
  compatibility,
  consumerGroup,
  deadLetterTopic,
  decisionsTopic,
  redriveGroup,
  resolvedTopic,
  retryTopic,
  stateTopic,
  subject,
} from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

test('names follow from service and topic', () => {
  expect([consumerGroup('judge'), deadLetterTopic('t', 'judge'), subject('t')]).toEqual([
    'judge',
    't.judge.dlq',
    't-value',
  ])
  expect([retryTopic('judge'), resolvedTopic('judge'), redriveGroup('judge')].map(name => `${name}!`)).toEqual([
    'retry.judge!',
    'resolved.judge!',
    'judge.redrive!',
  ])
  expect([`${decisionsTopic('self-play')}!`, `${stateTopic('self-play')}!`]).toEqual([
    'decisions.self-play!',
    'state.self-play!',
  ])
  expect(topicNames.filter(name => compatibility(name) === 'FULL_TRANSITIVE')).toEqual([topic.scoredSamples])
})
