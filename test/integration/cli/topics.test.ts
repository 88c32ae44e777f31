import { spawnSync } from 'node:child_process'
import { afterAll, describe, expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { startKafkaFromJars } from '#test/support/kafka/broker.ts'
import { sharedRegistry } from '#test/support/servers/shared-servers.ts'
import { topic } from '#topology/topic-names.ts'

/** Its own broker: a wrong topic of the map would break other tests on a shared one. */
const kafka = await startKafkaFromJars({ brokers: 1 })
const registry = await sharedRegistry()
afterAll(() => kafka?.stop())

type Environment = Readonly<Record<string, string>>
const name = topic.goldAnswers
const onKafka = { FLYWHEEL_KAFKA: kafka?.brokers ?? '', FLYWHEEL_REGISTRY: registry?.url ?? '' }
const sizes: [string, Environment][] = [['the embedded log', {}]]
if (kafka && registry) sizes.push(['Kafka', onKafka])

function run(script: string, args: readonly string[], environment: Environment) {
  const env = { ...process.env, ...environment }
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', env })
  return { status, stdout, stderr }
}
const flywheel = (command: string, environment: Environment) =>
  run('services/_cli/main.ts', command.split(' '), environment)

/** A log in which one topic of the map has one partition. */
async function withOnePartition(size: Environment): Promise<Environment> {
  const environment = { ...size, FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_LOG_LEVEL: 'error' }
  const world = await openRuntime(readSettings(environment))
  await world.log.createTopics([{ name, partitions: 1, keep: 'forever' }])
  await world.close()
  return environment
}

describe.each(sizes)('a topic with other partitions than the map, on %s', (_size, size) => {
  test('is reported by the plan, not changed by apply, and refused at start, with both numbers and what to do', async () => {
    const environment = await withOnePartition(size)
    const because = new RegExp(`${name} has 1 partitions and the map wants 3, .*: .*; set 1 in the map$`, 'm')
    expect(flywheel('topics plan', environment)).toMatchObject({ status: 0, stdout: expect.stringMatching(because) })
    expect(flywheel('topics apply', environment)).toMatchObject({ status: 1, stdout: expect.stringMatching(because) })
    const refused = { status: 1, stderr: expect.stringMatching(/^FLY_TOPIC: /) }
    for (const outcome of [
      run('services/judge/main.ts', [], environment),
      flywheel('up --services console --port 0', environment),
      flywheel(`demo --once --port 0 --home ${environment.FLYWHEEL_HOME}`, environment),
    ]) {
      expect(outcome).toMatchObject(refused)
      expect(outcome.stderr).toMatch(because)
    }
  })
})

describe.skipIf(!kafka || !registry)('a topic with fewer replicas than the setting', () => {
  test('is refused at start, with both numbers and what to do', async () => {
    const environment = { ...(await withOnePartition(onKafka)), FLYWHEEL_KAFKA_REPLICATION: '3' }
    const { status, stderr } = run('services/judge/main.ts', [], environment)
    expect(status).toBe(1)
    expect(stderr).toMatch(
      new RegExp(
        `^FLY_TOPIC: .*${name} has 1 replicas and FLYWHEEL_KAFKA_REPLICATION wants 3: add replicas .*, or lower`,
      ),
    )
  })
})
