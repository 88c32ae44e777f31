import { expect, onTestFinished, test } from 'vitest'
import { followForServices } from '#runtime/host/follow-for-services.ts'
import { createAgentTable } from '#runtime/processing/agents.ts'
import type { AnyHttpApi } from '#runtime/processing/any-service.ts'
import { turnOf } from '#test/chaos/input.ts'
import { agentDescribed } from '#test/support/data/agent-described.ts'
import { countReads } from '#test/support/doubles/counting-log.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'
import type { ServiceName } from '#topology/types.ts'
import { codec, processingContext } from '../processing/support.ts'

const desk = agentDescribed([{ name: 'quote', description: 'Prices.' }])
const topics = [topic.agents, topic.chatLogs, topic.escalations, topic.feedback]

/** Follows for services on a log of so many turns; what the services were given, and how many records were read. */
async function following(turns: number, httpApis: ReadonlyMap<ServiceName, AnyHttpApi>) {
  const log = openEmbeddedLog(temporaryFolder())
  onTestFinished(() => log.close())
  await log.createTopics(topics.map(name => ({ name, partitions: name === topic.agents ? 1 : 6, keep: 30 })))
  const record = (turn: number) => codec.record(topic.chatLogs, turnOf('unit', turn))
  await log.append([codec.record(topic.agents, desk), codec.record(topic.agents, desk)])
  await log.append(Array.from({ length: turns }, (_, turn) => record(turn)))
  const counting = countReads(log)
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const agents = createAgentTable()
  const context = { ...processingContext(), log: counting.log, agents }
  await followForServices(context, ['ingest'], httpApis, stop.signal)
  return { log, agents, record, read: counting.read }
}

test('the start reads the newest records of what grows with the traffic, and all of the rest', async () => {
  const seen: string[] = []
  const leftOut: number[] = []
  const ingest: AnyHttpApi = {
    onRecord: ({ topic: name }) => void seen.push(name),
    newest: {
      ...{ topics: [topic.chatLogs, topic.escalations, topic.feedback], records: 600, bytes: 1e9 },
      onLeftOut: since => {
        expect(seen).toEqual([])
        leftOut.push(since)
      },
    },
  }
  const { log, agents, record, read } = await following(10_000, new Map([['ingest', ingest]]))
  expect(agents.get('desk')).toEqual(desk)
  expect(seen.filter(name => name === topic.agents)).toHaveLength(2)
  expect(seen.filter(name => name === topic.chatLogs)).toHaveLength(600)
  // Those of the view, and before them one batch of each partition, which tells their size.
  expect(read.records).toBeLessThanOrEqual(2 * 600 + 2)
  expect(leftOut).toHaveLength(1)
  await log.append([record(10_000)])
  await waitUntil('the next turn is followed', () => seen.filter(name => name === topic.chatLogs).length === 601)
})

test('a topic that another service needs as a whole is read as a whole', async () => {
  const seen: string[] = []
  const newest = { topics: [topic.agents], records: 1, bytes: 1e9, onLeftOut: () => {} }
  const gateway: AnyHttpApi = { onRecord: followed => void seen.push(followed.topic) }
  await following(
    0,
    new Map<ServiceName, AnyHttpApi>([
      ['ingest', { newest }],
      ['gateway', gateway],
    ]),
  )
  expect(seen).toEqual([topic.agents, topic.agents])
})
