import { describe, expect, onTestFinished, test } from 'vitest'
import type { Runtime } from '#runtime/host/open-runtime.ts'
import type { TopicPartition } from '#runtime/log/event-log.ts'
import type { PositionLost } from '#schemas/events.ts'
import { service, startStrategist } from '#test/contract/dead-letters/support.ts'
import { readAll, uniqueName } from '#test/contract/event-log/support.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

type Policy = PositionLost['action']

/** One deployment, which the tests of the suite share or which is new for each. */
export type Deployment = {
  /** A process of it; it is closed before another is opened. */
  readonly open: (policy: Policy) => Promise<Runtime>
  /** Deletes the records of a partition before an offset, as retention does. */
  readonly deleteRecords: (world: Runtime, before: TopicPartition & { readonly offset: number }) => Promise<void>
  /** Deletes all positions of a group without members, as a broker does seven days after its last member has left. */
  readonly forgetPositions: (group: string) => Promise<void>
}

const group = consumerGroup(service)

/** What a service does whose position is lost, on any log: experiment e04. */
export function lostPositionsContract(title: string, deploy: () => Promise<Deployment>): void {
  /** Runs a service, and closes its process after `use`. */
  async function run<T>(
    { open }: Deployment,
    policy: Policy,
    use: (running: Awaited<ReturnType<typeof startStrategist>>, world: Runtime) => Promise<T>,
  ): Promise<T> {
    const world = await open(policy)
    onTestFinished(() => world.close())
    const running = await startStrategist(world)
    try {
      return await use(running, world)
    } finally {
      // It rejects with the fault that stopped the service, which `takes` has told.
      await running.end().catch(() => {})
      await world.close()
    }
  }
  /** Work with the log of a deployment while no service runs. */
  async function withLog<T>({ open }: Deployment, use: (world: Runtime) => Promise<T>): Promise<T> {
    const world = await open('stop')
    onTestFinished(() => world.close())
    return use(world).finally(() => world.close())
  }
  const told = async ({ log, codec }: Runtime, { topic: name, partition }: TopicPartition): Promise<PositionLost[]> => {
    const events = await Promise.all(
      (await readAll(log, [topic.lostPositions])).map(({ value }) =>
        codec.decode(topic.lostPositions, value ?? Buffer.alloc(0)),
      ),
    )
    return events.filter(event => event.topic === name && event.partition === partition)
  }
  /** The partition of an agent's datasets. */
  const partitionOf = async ({ log }: Runtime, agent: string): Promise<TopicPartition> => {
    const found = (await readAll(log, [topic.datasets])).find(({ key }) => key?.toString() === agent)
    return { topic: topic.datasets, partition: found?.partition ?? -1 }
  }
  const endOf = async ({ log }: Runtime, { topic: name, partition }: TopicPartition): Promise<number> =>
    (await log.bounds([name])).find(one => one.partition === partition)?.end ?? -1

  /** An agent with two decided records; `later` more are appended while the service is stopped. */
  async function stopped(deployment: Deployment, later: number) {
    const agent = uniqueName('agent')
    return run(deployment, 'continue', async ({ takes, dataset, end }, world) => {
      await takes([dataset(agent, '1'), dataset(agent, '2')])
      await end()
      const ids = Array.from({ length: later }, (_none, index) => `${3 + index}`)
      await world.log.append(ids.map(id => dataset(agent, id)))
      const at = await partitionOf(world, agent)
      return { agent, at, end: await endOf(world, at) }
    })
  }

  describe(title, () => {
    test('a service that starts for the first time, also again before its first record, decides all and tells nothing', async () => {
      const deployment = await deploy()
      const agent = uniqueName('agent')
      await run(deployment, 'stop', ({ takes }) => takes())
      await run(deployment, 'stop', async ({ takes, dataset, answered }, world) => {
        await takes([dataset(agent, '1')])
        expect((await answered(agent)).map(([id]) => id)).toEqual(['1'])
        expect(await told(world, await partitionOf(world, agent))).toEqual([])
      })
    })

    test('records that retention removed stop a service before it skips them, until its position is reset', async () => {
      const deployment = await deploy()
      const { agent, at, end } = await stopped(deployment, 3)
      await withLog(deployment, world => deployment.deleteRecords(world, { ...at, offset: end - 1 }))
      for (let start = 0; start < 2; start++)
        await run(deployment, 'stop', async ({ takes }, world) => {
          const reset = `flywheel positions reset ${service} --to WHERE --topic ${at.topic} --partition ${at.partition}`
          await expect(takes()).rejects.toMatchObject({
            code: 'FLY_POSITION',
            message: expect.stringMatching(
              `from offset ${end - 3} to ${end - 2} of ${at.topic}/${at.partition} .*: .* ${reset}`,
            ),
          })
          const lost = { service, ...at, effect: 'skipped', from: end - 3, to: end - 1, action: 'stop' }
          const events = await told(world, at)
          expect(events.at(-1)).toMatchObject(lost)
          expect(new Set(events.filter(({ to }) => to === end - 1).map(({ id }) => id)).size).toBe(1)
        })
      await withLog(deployment, ({ log }) => log.resetPositions(group, [{ ...at, offset: end - 1 }]))
      await run(deployment, 'stop', async ({ takes, answered }) => {
        await takes()
        expect((await answered(agent)).map(([id]) => id)).toEqual(['1', '2', '5'])
      })
    })

    test('records that retention removed are told once and counted where a service goes on', async () => {
      const deployment = await deploy()
      const { agent, at, end } = await stopped(deployment, 3)
      await withLog(deployment, world => deployment.deleteRecords(world, { ...at, offset: end - 1 }))
      await run(deployment, 'continue', async ({ takes, answered }, { metrics }) => {
        await takes()
        expect((await answered(agent)).map(([id]) => id)).toEqual(['1', '2', '5'])
        expect(await metrics.text()).toContain(
          `flywheel_skipped_records_total{service="${service}",topic="${at.topic}"} 2\n`,
        )
      })
      await run(deployment, 'continue', async ({ takes, dataset }, world) => {
        await takes([dataset(agent, '6')])
        const events = (await told(world, at)).filter(({ to }) => to === end - 1)
        expect(events).toMatchObject([{ effect: 'skipped', from: end - 3, to: end - 1, action: 'continue' }])
      })
    })

    test('positions that the log has forgotten stop a service before it decides again, until they are reset', async () => {
      const deployment = await deploy()
      const { agent, at, end } = await stopped(deployment, 1)
      await deployment.forgetPositions(group)
      for (let start = 0; start < 2; start++)
        await run(deployment, 'stop', async ({ takes }, world) => {
          await expect(takes()).rejects.toMatchObject({
            code: 'FLY_POSITION',
            message: expect.stringContaining(
              `flywheel positions reset ${service} --to WHERE --topic ${topic.datasets}`,
            ),
          })
          expect((await told(world, at)).at(-1)).toMatchObject({ service, effect: 'repeated', to: end, action: 'stop' })
        })
      await withLog(deployment, async ({ log }) => {
        const ends = await log.bounds([topic.datasets])
        const offsetOf = (partition: number, to: number) => (partition === at.partition ? end - 1 : to)
        await log.resetPositions(
          group,
          ends.map(({ partition, end: to }) => ({ topic: topic.datasets, partition, offset: offsetOf(partition, to) })),
        )
      })
      await run(deployment, 'stop', async ({ takes, answered }) => {
        await takes()
        expect((await answered(agent)).map(([id]) => id)).toEqual(['1', '2', '3'])
      })
    })

    test('positions that the log has forgotten are told once and counted where a service goes on from the beginning', async () => {
      const deployment = await deploy()
      const { agent, at, end } = await stopped(deployment, 1)
      await deployment.forgetPositions(group)
      await run(deployment, 'continue', async ({ takes, answered }, { metrics }) => {
        await takes()
        expect((await answered(agent)).map(([id]) => id)).toEqual(['1', '2', '1', '2', '3'])
        expect(await metrics.text()).toMatch(
          new RegExp(`flywheel_repeated_records_total\\{service="${service}",topic="${at.topic}"\\} [1-9]`),
        )
      })
      await run(deployment, 'continue', async ({ takes, dataset }, world) => {
        await takes([dataset(agent, '4')])
        const events = (await told(world, at)).filter(({ to, action }) => to === end && action === 'continue')
        expect(events).toMatchObject([{ effect: 'repeated', to: end }])
      })
    })
  })
}
