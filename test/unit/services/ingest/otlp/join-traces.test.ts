import { beforeEach, describe, expect, it } from 'vitest'
import type { OtlpSpan } from '#dialects/otel/spans.ts'
import { createTraceJoiner } from '#services/ingest/otlp/join-traces.ts'
import { openWaitingSpans } from '#services/ingest/otlp/waiting-spans.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { answered, called, messages, said, span, user } from '#test/unit/dialects/otel/spans.make.ts'

const start = 1_800_000_000_000
const minute = 60_000
let folder: string
beforeEach(() => {
  folder = temporaryFolder()
})

const open = () => createTraceJoiner(openWaitingSpans(folder), agent => agent === 'shop-web')
type Joiner = ReturnType<typeof open>

/** Reads one export and settles it, as ingest does once the turns are in the log. */
function send(joiner: Joiner, spans: readonly OtlpSpan[], now = start) {
  const { results, settle } = joiner.read(spans, now)
  settle()
  return results
}
const questions = (results: ReturnType<typeof send>) =>
  results.map(result => (result.outcome === 'turn' ? result.body : result.outcome))

/** A node of a graph below a root, with a model and a tool; a second model call has only what is new. */
function trace() {
  const root = span(undefined, 0, 9)
  const node = span(undefined, 0, 2, { parent: root.spanId })
  const first = span('chat', 0, 1, {
    parent: node.spanId,
    attributes: messages([user('Windy in Porto?')], [called('weather', { city: 'Porto' })]),
  })
  const second = span('chat', 3, 4, {
    parent: root.spanId,
    attributes: messages([answered('calm')], [said('No.')]),
  })
  return { root, node, first, second }
}
const wholeTurn = {
  question: 'Windy in Porto?',
  steps: [{ calls: [{ tool: 'weather' }], results: [{ text: 'calm' }] }, { text: 'No.' }],
  answer: 'No.',
}

describe('a trace that spreads over exports', () => {
  it('is one turn once its root came', () => {
    const { root, node, first, second } = trace()
    const joiner = open()
    expect(questions(send(joiner, [first, node]))).toEqual(['other'])
    expect(send(joiner, [second])).toEqual([])
    expect(questions(send(joiner, [root]))).toMatchObject([wholeTurn, 'other'])
    expect(joiner.readDue(start + 2 * minute).results).toEqual([])
  })

  it('is joined after a restart', () => {
    const { root, node, first, second } = trace()
    send(open(), [first, node])
    expect(questions(send(open(), [second, root]))).toMatchObject([wholeTurn, 'other'])
  })

  it('waits on where its turns could not be appended', () => {
    const { root, node, first, second } = trace()
    send(open(), [first, node])
    open().read([second, root], start)
    expect(questions(send(open(), [second, root]))).toMatchObject([wholeTurn, 'other'])
  })

  it('is read as it is after a minute without a span', () => {
    const { node, first, second } = trace()
    const joiner = open()
    send(joiner, [first, node])
    send(joiner, [second], start + minute / 2)
    expect(joiner.readDue(start + minute).results).toEqual([])
    const { results, settle } = joiner.readDue(start + 2 * minute)
    expect(questions(results)).toMatchObject([wholeTurn])
    settle()
    expect(joiner.readDue(start + 3 * minute).results).toEqual([])
  })

  it('without an answer is unfinished then', () => {
    const { first } = trace()
    const joiner = open()
    send(joiner, [first])
    expect(questions(joiner.readDue(start + 2 * minute).results)).toEqual(['unfinished'])
  })
})

it('the oldest traces are given up where all together are too many', () => {
  const joiner = open()
  const long = 'x'.repeat(20 * 1024 * 1024)
  for (const [index, traceId] of ['a', 'b', 'c', 'd'].map(digit => digit.repeat(32)).entries())
    send(joiner, [{ ...trace().first, traceId, resource: { long } }], start + index)
  expect(questions(joiner.readDue(start + 10).results)).toEqual(['unfinished'])
})
