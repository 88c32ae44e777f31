import { describe, expect, test } from 'vitest'
import {
  cycleViolations,
  edgeViolations,
  keyViolations,
  type MapUnderTest,
  nameViolations,
  partitionViolations,
  undocumentedFields,
} from '#test/house/map/map-invariants.ts'
import { schemas } from '#test/house/repository-files.ts'
import { httpEdges } from '#topology/derive/diagram.ts'
import { services, topics } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'

describe('the map', () => {
  const map: MapUnderTest = { topics, services, overHttp: httpEdges }

  test('gives each topic one writer and a reader', () => expect(edgeViolations(map)).toEqual([]))
  test('lets records of one key meet', () => expect(partitionViolations(map)).toEqual([]))
  test('gives each service its own name and port', () => expect(nameViolations(map)).toEqual([]))
  test('keys each topic by a field of its event', () => expect(keyViolations(map, schemas)).toEqual([]))
  test('closes the wheel: chats to releases, to the gateway, by HTTP to ingest, to chats', () => {
    const stops = [topic.chatLogs, topic.selectedSamples, topic.goldAnswers, topic.datasets, topic.releases]
    expect(cycleViolations(map, [...stops, 'gateway', 'ingest'])).toEqual([])
  })
})

test('every field of every schema has a doc', () => {
  expect(schemas.flatMap(schema => undocumentedFields(schema))).toEqual([])
})

describe('a map that breaks a law is refused', () => {
  const stamps = { event: 'SampleScored', key: 'agent', partitions: 3, keep: 7 } as const
  const service = { why: '', reads: [], follows: [], writes: [], stateful: false, maxLagSeconds: 1, port: 0 } as const
  const small: MapUnderTest = {
    topics: { questions: stamps, answers: stamps },
    services: {
      asker: { ...service, reads: ['answers'], writes: ['questions'] },
      sage: { ...service, port: 1, reads: ['questions'], writes: ['answers'] },
    },
    overHttp: [],
  }
  const withService = (name: string, change: Partial<MapUnderTest['services'][string]>): MapUnderTest => ({
    ...small,
    services: { ...small.services, [name]: { ...service, port: 2, ...small.services[name], ...change } },
  })
  const withTopic = (name: string, change: Partial<MapUnderTest['topics'][string]>): MapUnderTest => ({
    ...small,
    topics: { ...small.topics, [name]: { ...stamps, ...change } },
  })

  test('the small map itself is fine', () => {
    expect([...edgeViolations(small), ...partitionViolations(small), ...nameViolations(small)]).toEqual([])
    expect(cycleViolations(small, ['questions', 'answers'])).toEqual([])
    expect(keyViolations(small, schemas)).toEqual([])
  })

  test('two writers', () => {
    const message = 'answers is written by sage, oracle: one service writes a topic'
    expect(edgeViolations(withService('oracle', { writes: ['answers'] }))).toEqual([message])
  })

  test('no writer and no reader', () => {
    expect(edgeViolations(withTopic('rumours', {}))).toEqual([
      'rumours is written by nobody: one service writes a topic',
      'rumours is read by nobody and is not marked as an exit',
    ])
  })

  test('an exit needs no reader, a follower is one', () => {
    const exit = withTopic('rumours', { exit: true })
    const writing = { ...exit, services: withService('sage', { writes: ['answers', 'rumours'] }).services }
    expect(edgeViolations(writing)).toEqual([])
    const followed = {
      ...withTopic('rumours', {}),
      services: { ...writing.services, fan: { ...service, follows: ['rumours'] } },
    }
    expect(edgeViolations(followed)).toEqual([])
  })

  test('an edge to nowhere', () => {
    const message = 'sage has an edge to riddles, which is not a topic of the map'
    expect(edgeViolations(withService('sage', { follows: ['riddles'] }))).toEqual([message])
  })

  test('inputs of one key that differ in partitions', () => {
    const wider = withTopic('answers', { partitions: 6 })
    const both = { ...wider, services: withService('sage', { reads: ['questions', 'answers'] }).services }
    expect(partitionViolations(both)).toEqual([expect.stringContaining('sage reads topics keyed by agent that differ')])
  })

  test('memory under two keys', () => {
    const other = withTopic('answers', { key: 'id' })
    const both = { reads: ['questions', 'answers'], stateful: true }
    const services = withService('sage', both).services
    expect(partitionViolations({ ...other, services })).toEqual([
      expect.stringContaining('sage remembers and reads topics'),
    ])
    expect(
      partitionViolations({ ...other, services: withService('sage', { ...both, stateful: false }).services }),
    ).toEqual([])
  })

  test('a port given twice, a name that begins another, a name for two things', () => {
    expect(nameViolations(withService('sage', { port: 0 }))).toEqual(['port +0 is given to asker, sage'])
    expect(nameViolations(withService('sages', {}))).toEqual([
      expect.stringContaining('sage is the beginning of sages'),
    ])
    expect(nameViolations(withService('answers', {}))).toEqual(['answers names a service and a topic'])
  })

  test('a wheel that does not close, unless an HTTP edge closes it', () => {
    const open = withService('asker', { reads: [] })
    expect(cycleViolations(open, ['questions', 'answers'])).toEqual([
      'the wheel does not close: there is no way from answers to questions',
    ])
    expect(cycleViolations({ ...open, overHttp: [['sage', 'asker']] }, ['questions', 'sage', 'asker'])).toEqual([])
  })

  test('a key that the event does not have, an event without a schema', () => {
    expect(keyViolations(withTopic('answers', { key: 'mood' }), schemas)).toEqual([
      'answers is keyed by mood, which SampleScored does not have',
    ])
    expect(keyViolations(small, [])).toHaveLength(2)
  })

  test('a field without a doc, also deep inside', () => {
    const inner = { type: 'record', name: 'Inner', fields: [{ name: 'b', type: 'string' }] }
    const fields = [
      { name: 'a', type: 'string', doc: 'Said.' },
      { name: 'c', type: ['null', { type: 'array', items: inner }], doc: 'Said.' },
    ]
    expect(undocumentedFields({ type: 'record', name: 'Outer', fields })).toEqual(['Outer.c: Inner.b has no doc'])
  })
})
