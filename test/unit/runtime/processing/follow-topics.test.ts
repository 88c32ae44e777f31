import { expect, onTestFinished, test, vi } from 'vitest'
import type { Codec } from '#runtime/codec/codec.ts'
import { Fault } from '#runtime/core/faults.ts'
import { createAgentTable } from '#runtime/processing/agents.ts'
import { followTopics } from '#runtime/processing/follow-topics.ts'
import type { UnreadableRecord } from '#runtime/service.ts'
import { agentDescribed } from '#test/support/data/agent-described.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { topic } from '#topology/topic-names.ts'
import { codec, processingContext } from './support.ts'

const desk = agentDescribed([{ name: 'quote', description: 'Prices.' }])

/** An agent table that follows a log; `decode` takes the place of the codec's. */
async function following(decode: Codec['decode'] = codec.decode) {
  const log = openEmbeddedLog(temporaryFolder())
  onTestFinished(() => log.close())
  await log.createTopics([{ name: topic.agents, partitions: 1, keep: 'compact' }])
  const agents = createAgentTable()
  const unreadable: UnreadableRecord[] = []
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const context = { ...processingContext(), log, codec: { ...codec, decode } }
  const { skipped } = await followTopics(context, [topic.agents], agents.onRecord, stop.signal, {
    onUnreadable: record => void unreadable.push(record),
  })
  return { log, agents, metrics: context.metrics, skipped, unreadable }
}

test('an agent becomes known when the registry answers again, without a restart', async () => {
  let isAway = true
  const decode = vi.fn(async (name: string, value: Buffer) => {
    if (isAway) throw new Fault('FLY_REGISTRY', 'the registry does not answer')
    return codec.decode(name, value)
  })
  const { log, agents, skipped } = await following(decode as Codec['decode'])
  await log.append([codec.record(topic.agents, desk)])
  await vi.waitFor(() => expect(decode.mock.calls.length).toBeGreaterThan(1))
  expect(agents.get('desk')).toBeUndefined()
  isAway = false
  await vi.waitFor(() => expect(agents.get('desk')).toEqual(desk), 5_000)
  expect(skipped()).toEqual([])
})

test('a record that can never be decoded is counted, and those behind it are followed', async () => {
  const { log, agents, metrics, skipped, unreadable } = await following()
  const garbage = { topic: topic.agents, key: 'desk', value: Buffer.from('no event') }
  await log.append([garbage, garbage, codec.record(topic.agents, desk)])
  await vi.waitFor(() => expect(agents.get('desk')).toEqual(desk))
  expect(skipped()).toEqual([{ topic: topic.agents, code: 'FLY_DECODE', records: 2 }])
  expect(unreadable).toEqual(Array(2).fill({ topic: topic.agents, timestamp: expect.any(Number), headers: {} }))
  expect(await metrics.text()).toContain('flywheel_followed_skipped_total{topic="agents",code="FLY_DECODE"} 2')
})
