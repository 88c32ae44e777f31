import { spawn } from 'node:child_process'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config.ts'
import { openWorld, type World } from '#runtime/open.ts'
import { ensureTopics } from '#runtime/topics.ts'
import type { AgentDescribed, ChatLogged, SampleSelected } from '#schemas/events.ts'
import { unique } from '#test/contract/event-log.support.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { startSecuredKafka } from '#test/support/kafka/secured.ts'
import { sharedRegistry } from '#test/support/servers.ts'
import { until } from '#test/support/until.ts'
import { topic } from '#topology/names.ts'

/** One service as it runs in production: a process of its own, over SASL_SSL, told to stop in the midst of its work. */
const kafka = await startSecuredKafka()
const registry = await sharedRegistry()
afterAll(() => kafka?.stop())

const common = { FLYWHEEL_REGISTRY: registry?.url ?? '', FLYWHEEL_LOG_LEVEL: 'warn' }

/** The topics of the map, seen through the broker's plain listener. */
async function openDesk(): Promise<World> {
  const home = temporaryFolder()
  const world = await openWorld(readSettings({ ...common, FLYWHEEL_HOME: home, FLYWHEEL_KAFKA: kafka?.brokers }))
  onTestFinished(() => world.close())
  await ensureTopics(world)
  await world.codec.prepare()
  return world
}

function startSampler(home: string) {
  const env = {
    ...process.env,
    ...common,
    FLYWHEEL_HOME: home,
    FLYWHEEL_PORT: '0',
    FLYWHEEL_KAFKA: kafka?.forUsers,
    FLYWHEEL_KAFKA_TLS: 'true',
    FLYWHEEL_KAFKA_CA: kafka?.files.ca,
    FLYWHEEL_KAFKA_SASL: 'scram-sha-512',
    FLYWHEEL_KAFKA_USER: kafka?.user,
    FLYWHEEL_KAFKA_PASSWORD: kafka?.password,
  }
  const child = spawn(process.execPath, ['services/sampler/main.ts'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.on('data', data => {
    said += data
  })
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  return {
    said: () => said,
    works: async (sign: () => Promise<boolean>) => {
      const over = ended.then(code => {
        throw new Error(`ended with ${code}: ${said}`)
      })
      await Promise.race([until('it works', sign), over]).catch(e => {
        throw new Error(`${e}: ${said}`)
      })
    },
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

const turn = (agent: string, number: number): ChatLogged => ({
  ...{ id: `${agent}-${number}`, parents: [], at: number, agent, conversationId: `${agent}-${number}`, turn: 0 },
  ...{
    userId: null,
    question: `question ${number}`,
    earlier: [],
    answer: 'so',
    latencyMs: 1,
    source: 'test',
    redactions: [],
  },
  plan: { tool: 'pay', argument: 'x', confidence: null, margin: null, planner: null },
})

/** An agent of which every turn becomes a sample, and what is logged and sampled of it. */
async function newAgent({ log, codec }: World) {
  const agent = unique('agent')
  const described: AgentDescribed = {
    ...{ id: agent, parents: [], at: 0, agent, name: agent, sampling: 'random' },
    tools: [{ name: 'pay', description: 'to pay', argumentSchema: null }],
    budgets: { sampleShare: 1, reviewersPerItem: 1, newGoldForDataset: 1, evaluationShare: 0.5, syntheticShare: 0 },
    targets: { accuracy: 1, margin: 0, stratumMargin: 0 },
  }
  await log.append([codec.record(topic.agents, described)])
  let logged = 0
  const append = (count: number): Promise<void> =>
    log.append(Array.from({ length: count }, () => codec.record(topic.chatLogs, turn(agent, logged++))))
  const sampled = async (): Promise<string[]> => {
    const found: string[] = []
    const keep = async (records: readonly { readonly value: Buffer | null }[]): Promise<void> => {
      for (const { value } of records) {
        const sample = value && ((await codec.decodeAny(value)) as SampleSelected)
        if (sample?.agent === agent) found.push(sample.turnId)
      }
    }
    await log.read([topic.selectedSamples], { from: 'beginning', follow: false }, keep, new AbortController().signal)
    return found
  }
  const expectEachOnce = async (): Promise<void> => {
    await until('every turn is sampled', async () => new Set(await sampled()).size === logged, 60_000)
    expect(await sampled()).toHaveLength(logged)
  }
  return { append, sampled, expectEachOnce }
}

describe.skipIf(!kafka || !registry)('a service that is told to stop', () => {
  test('ends in time under load, and the next start goes on without a gap or a repetition', async () => {
    const { append, sampled, expectEachOnce } = await newAgent(await openDesk())
    const home = temporaryFolder()
    let streaming = true
    const stream = (async () => {
      while (streaming) await append(50)
    })()
    const first = startSampler(home)
    await first.works(async () => (await sampled()).length > 100)
    expect(await first.stop(), first.said()).toBe(0)
    streaming = false
    await stream
    const second = startSampler(home)
    await expectEachOnce()
    expect(await second.stop(), second.said()).toBe(0)
  })

  test('ends in time while the brokers are down', async () => {
    const { append, sampled, expectEachOnce } = await newAgent(await openDesk())
    const home = temporaryFolder()
    await append(20_000)
    const first = startSampler(home)
    await first.works(async () => (await sampled()).length > 100)
    await kafka?.kill(1)
    expect(await first.stop(), first.said()).toBe(0)
    await kafka?.up(1)
    const second = startSampler(home)
    await expectEachOnce()
    expect(await second.stop(), second.said()).toBe(0)
  })
})
