import { spawn } from 'node:child_process'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import type { AgentDescribed, ChatLogged, SampleSelected } from '#schemas/events.ts'
import { keyOf, readInBackground, uniqueName } from '#test/contract/event-log/support.ts'
import { planOf, turnFields } from '#test/support/data/turns.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { startSecuredKafka } from '#test/support/kafka/secured.ts'
import { freePorts } from '#test/support/servers/java.ts'
import { sharedRegistry } from '#test/support/servers/shared-servers.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'

/** One service as it runs in production: a process of its own, over SASL_SSL, told to stop in the midst of its work. */
const kafka = await startSecuredKafka()
const registry = await sharedRegistry()
afterAll(() => kafka?.stop())

/** A process that could not say farewell keeps its partitions for half a minute. */
const patienceMs = 100_000

const common = { FLYWHEEL_REGISTRY: registry?.url ?? '', FLYWHEEL_LOG_LEVEL: 'info' }
const secured = () => ({
  ...common,
  FLYWHEEL_KAFKA: kafka?.saslBrokers,
  FLYWHEEL_KAFKA_TLS: 'true',
  FLYWHEEL_KAFKA_CA: kafka?.files.ca,
  FLYWHEEL_KAFKA_SASL: 'scram-sha-512',
  FLYWHEEL_KAFKA_USER: kafka?.user,
  FLYWHEEL_KAFKA_PASSWORD: kafka?.password,
})

/** The topics of the map, seen through the broker's plain listener. */
async function openDesk(): Promise<Runtime> {
  const plain = { ...common, FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_KAFKA: kafka?.brokers }
  const world = await openRuntime(readSettings({ ...plain, FLYWHEEL_LOG_LEVEL: 'silent' }))
  onTestFinished(() => world.close())
  await ensureTopics(world)
  await world.codec.registerSchemas()
  return world
}

/** A script of ours in a process, secured; what it said until now, and its end. */
function start(script: string, args: readonly string[], home: string, port = 0) {
  const env = { ...process.env, ...secured(), FLYWHEEL_HOME: home, FLYWHEEL_PORT: String(port) }
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.on('data', data => {
    said += data
  })
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  const endedBy = (signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> => {
    child.kill(signal)
    return ended
  }
  const untilIt = (does: string, condition: () => boolean | Promise<boolean>): Promise<void> => {
    const over = ended.then(code => Promise.reject(new Error(`ended with ${code} before it ${does}: ${said}`)))
    return Promise.race([waitUntil(`it ${does}`, condition, patienceMs), over])
  }
  return { said: () => said, endedBy, untilIt }
}

const startSampler = (home: string) => start('services/sampler/main.ts', [], home)

const turn = (agent: string, number: number): ChatLogged => ({
  ...{ id: `${agent}-${number}`, parents: [], at: number, agent, conversationId: `${agent}-${number}`, turn: 0 },
  ...{
    userId: null,
    question: `question ${number}`,
    ...turnFields,
    answer: 'so',
    latencyMs: 1,
    source: 'test',
    redactions: [],
  },
  plan: planOf('pay', 'x'),
})

/** An agent of which every turn becomes a sample, and what is logged and sampled of it. */
async function newAgent({ log, codec }: Runtime) {
  const agent = uniqueName('agent')
  const described: AgentDescribed = {
    ...{ id: agent, parents: [], at: 0, agent, name: agent, sampling: 'random' },
    tools: [{ name: 'pay', description: 'to pay', argumentSchema: null }],
    stages: [],
    removed: false,
    budgets: {
      sampleShare: 1,
      reviewersPerItem: 1,
      overlapShare: 0,
      newGoldForDataset: 1,
      evaluationShare: 0.5,
      syntheticShare: 0,
      arms: { impact: 0.1, underrepresented: 0.1, random: 0.1 },
    },
    targets: { accuracy: 1, margin: 0, stratumMargin: 0 },
  }
  await log.append([codec.record(topic.agents, described)])
  let logged = 0
  const append = (count: number): Promise<void> =>
    log.append(Array.from({ length: count }, () => codec.record(topic.chatLogs, turn(agent, logged++))))
  const { seen } = readInBackground(log, [topic.selectedSamples], { from: 'end' })
  const samples = () => seen.filter(record => keyOf(record) === agent)
  const turns = (): Promise<string[]> =>
    Promise.all(
      samples().map(async ({ value }) => ((await codec.decodeAny(value ?? nothing)) as SampleSelected).turnId),
    )
  const untilAll = (): Promise<void> =>
    waitUntil('each turn has its sample', () => samples().length >= logged, patienceMs)
  const expectEachOnce = async (): Promise<void> => {
    expect(new Set(await turns()).size).toBe(logged)
    expect(samples()).toHaveLength(logged)
  }
  return { append, samples, untilAll, expectEachOnce }
}

const nothing = Buffer.alloc(0)

/** Does something again and again until it is stopped, at the latest when the test ends. */
function flowing(step: () => Promise<void>): { readonly stop: () => Promise<void> } {
  let stopped = false
  const done = (async () => {
    while (!stopped) await step()
  })()
  const stop = (): Promise<void> => {
    stopped = true
    return done
  }
  onTestFinished(() => stop().catch(() => {}))
  return { stop }
}

describe.skipIf(!kafka || !registry)('a service that is told to stop', { timeout: 4 * patienceMs }, () => {
  test('ends in time under load, and the next start goes on without a gap or a repetition', async () => {
    const { append, samples, untilAll, expectEachOnce } = await newAgent(await openDesk())
    const home = temporaryFolder()
    const first = startSampler(home)
    await first.untilIt('listens', () => first.said().includes('listening'))
    const flow = flowing(() => append(50))
    await first.untilIt('samples', () => samples().length > 100)
    expect(await first.endedBy('SIGTERM'), first.said()).toBe(0)
    await flow.stop()
    const second = startSampler(home)
    await untilAll()
    expect(await second.endedBy('SIGTERM'), second.said()).toBe(0)
    await expectEachOnce()
  })

  test('ends in time while the brokers are down', async () => {
    const { append, samples } = await newAgent(await openDesk())
    const home = temporaryFolder()
    for (let batch = 0; batch < 5; batch++) await append(500)
    const first = startSampler(home)
    await first.untilIt('samples', () => samples().length > 100)
    await kafka?.kill(1)
    expect(await first.endedBy('SIGTERM'), first.said()).toBe(0)
    await kafka?.up(1)
  })

  test('ends also when the `flywheel up` that started it was killed', async () => {
    await openDesk()
    const [port] = await freePorts(1)
    const up = start('services/_cli/main.ts', ['up', '--services', 'console'], temporaryFolder(), port)
    const listening = () => /"pid":(\d+).*"listening"/.exec(up.said())?.[1]
    await up.untilIt('listens', () => listening() !== undefined)
    const pid = Number(listening())
    onTestFinished(() => void (isRunning(pid) && process.kill(pid, 'SIGKILL')))
    await up.endedBy('SIGKILL')
    await waitUntil('the service has ended', () => !isRunning(pid))
  })
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
