import { describe, expect, test } from 'vitest'
import { httpEdges } from '#topology/derive/diagram.ts'
import { services, topics } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'
import { schemas } from '../repository-files.ts'
import {
  cycleViolations,
  edgeViolations,
  keyViolations,
  type MapUnderTest,
  nameViolations,
  partitionViolations,
  undocumentedFields,
} from './map-invariants.ts'

describe('the map', () => {
  const map: MapUnderTest = { topics, services, overHttp: httpEdges }

  test('gives each topic one writer and a reader', () => expect(edgeViolations(map)).toEqual([]))
  test('keeps records of one key in one partition number', () => expect(partitionViolations(map)).toEqual([]))
  test('gives each service its own name and port', () => expect(nameViolations(map)).toEqual([]))
  test('keys each topic by a field of its event', () => expect(keyViolations(map, schemas)).toEqual([]))
  test('leads from chats to releases, to the gateway, by HTTP to ingest, and to chats again', () => {
    const stops = [topic.chatLogs, topic.selectedSamples, topic.goldAnswers, topic.datasets, topic.releases]
    expect(cycleViolations(map, [...stops, 'gateway', 'ingest'])).toEqual([])
  })
})

test('every field of every schema has a doc', () => {
  expect(schemas.flatMap(schema => undocumentedFields(schema))).toEqual([])
})

describe('a map that breaks a rule is refused', () => {
  const definition = { event: 'SampleScored', key: 'agent', partitions: 3, keep: 7 } as const
  const service = { why: '', reads: [], follows: [], writes: [], stateful: false, maxLagSeconds: 1, port: 0 } as const
  const small: MapUnderTest = {
    topics: { questions: definition, answers: definition },
    services: {
      producer: { ...service, reads: ['answers'], writes: ['questions'] },
      worker: { ...service, port: 1, reads: ['questions'], writes: ['answers'] },
    },
    overHttp: [],
  }
  const withService = (name: string, change: Partial<MapUnderTest['services'][string]>): MapUnderTest => ({
    ...small,
    services: { ...small.services, [name]: { ...service, port: 2, ...small.services[name], ...change } },
  })
  const withTopic = (name: string, change: Partial<MapUnderTest['topics'][string]>): MapUnderTest => ({
    ...small,
    topics: { ...small.topics, [name]: { ...definition, ...change } },
  })

  test('the small map itself is fine', () => {
    expect([...edgeViolations(small), ...partitionViolations(small), ...nameViolations(small)]).toEqual([])
    expect(cycleViolations(small, ['questions', 'answers'])).toEqual([])
    expect(keyViolations(small, schemas)).toEqual([])
  })

  test('two writers', () => {
    const message = 'answers is written by worker, second: one service writes a topic'
    expect(edgeViolations(withService('second', { writes: ['answers'] }))).toEqual([message])
  })

  test('no writer and no reader', () => {
    expect(edgeViolations(withTopic('events', {}))).toEqual([
      'events is written by no service: one service writes a topic',
      'events is read by no service and is not marked as an exit',
    ])
  })

  test('an exit needs no reader, a follower is one', () => {
    const exit = withTopic('events', { exit: true })
    const writing = { ...exit, services: withService('worker', { writes: ['answers', 'events'] }).services }
    expect(edgeViolations(writing)).toEqual([])
    const followed = {
      ...withTopic('events', {}),
      services: { ...writing.services, viewer: { ...service, follows: ['events'] } },
    }
    expect(edgeViolations(followed)).toEqual([])
  })

  test('an edge to a topic that is not there', () => {
    const message = 'worker has an edge to missing, which the map does not have'
    expect(edgeViolations(withService('worker', { follows: ['missing'] }))).toEqual([message])
  })

  test('inputs of one key that differ in partitions', () => {
    const wider = withTopic('answers', { partitions: 6 })
    const both = { ...wider, services: withService('worker', { reads: ['questions', 'answers'] }).services }
    expect(partitionViolations(both)).toEqual([
      expect.stringContaining('worker reads topics keyed by agent that differ'),
    ])
  })

  test('state under two keys', () => {
    const other = withTopic('answers', { key: 'id' })
    const both = { reads: ['questions', 'answers'], stateful: true }
    const services = withService('worker', both).services
    expect(partitionViolations({ ...other, services })).toEqual([
      expect.stringContaining('worker has state and reads topics'),
    ])
    expect(
      partitionViolations({ ...other, services: withService('worker', { ...both, stateful: false }).services }),
    ).toEqual([])
  })

  test('a port given twice, a name that begins another, a name for two things', () => {
    expect(nameViolations(withService('worker', { port: 0 }))).toEqual(['port +0 is given to producer, worker'])
    expect(nameViolations(withService('workers', {}))).toEqual([
      expect.stringContaining('worker is a prefix of workers'),
    ])
    expect(nameViolations(withService('answers', {}))).toEqual(['answers names a service and a topic'])
  })

  test('a circle that is open, unless an HTTP edge closes it', () => {
    const open = withService('producer', { reads: [] })
    expect(cycleViolations(open, ['questions', 'answers'])).toEqual(['there is no way from answers to questions'])
    expect(
      cycleViolations({ ...open, overHttp: [['worker', 'producer']] }, ['questions', 'worker', 'producer']),
    ).toEqual([])
  })

  test('a key that the event does not have, an event without a schema', () => {
    expect(keyViolations(withTopic('answers', { key: 'colour' }), schemas)).toEqual([
      'answers is keyed by colour, which SampleScored does not have',
    ])
    expect(keyViolations(small, [])).toHaveLength(2)
  })

  test('a field without a doc, also deep inside', () => {
    const inner = { type: 'record', name: 'Inner', fields: [{ name: 'b', type: 'string' }] }
    const fields = [
      { name: 'a', type: 'string', doc: 'Text.' },
      { name: 'c', type: ['null', { type: 'array', items: inner }], doc: 'Text.' },
    ]
    expect(undocumentedFields({ type: 'record', name: 'Outer', fields })).toEqual(['Outer.c: Inner.b has no doc'])
  })
})
