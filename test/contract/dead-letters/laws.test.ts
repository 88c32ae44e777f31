import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { redrive } from '#runtime/dead-letters/redrive.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { retryTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import { keyOf, readAll } from '../event-log/support.ts'
import { deadLetters, service, startStrategist } from './support.ts'

const agents = ['ada', 'bob', 'eve']
const never = new AbortController().signal

/** A step of the test: records arrive, each refused a given number of times before it is decided; or a re-drive. */
const arrival = fc.record({ agent: fc.constantFrom(...agents), refusals: fc.integer({ min: 0, max: 3 }) })
const step = fc.oneof(
  { weight: 3, arbitrary: fc.array(arrival, { minLength: 1, maxLength: 8 }) },
  { weight: 2, arbitrary: fc.constant('re-drive' as const) },
)

/** One refusal of one record. */
const refusalOf = ({ headers }: LogRecord): string => `${headers['x-source']} refused ${headers['dlq.attempts']} times`
const ofAgent = (records: readonly LogRecord[], agent: string): readonly string[] =>
  records.filter(record => keyOf(record) === agent).map(refusalOf)

test('whatever is refused and re-driven: the order is kept, each refusal and each effect is there once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async steps => {
      const world = await openRuntime(
        readSettings({ FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' }),
      )
      onTestFinished(() => world.close())
      const { takes, dataset, answered, refusals, end } = await startStrategist(world)
      const arrived: { agent: string; id: string; refusals: number }[] = []
      const check = async (): Promise<void> => {
        const [parked, again] = [
          await readAll(world.log, [deadLetters]),
          await readAll(world.log, [retryTopic(service)]),
        ]
        for (const agent of agents) {
          const moved = ofAgent(again, agent)
          expect(new Set(moved).size).toBe(moved.length)
          expect(moved).toEqual(ofAgent(parked, agent).slice(0, moved.length))
          const done = await answered(agent)
          expect(new Set(done.map(([id]) => id)).size).toBe(done.length)
          expect(done.map(([, before]) => before)).toEqual(done.map((_one, at) => at))
        }
      }
      for (const now of steps) {
        if (now === 're-drive') await redrive(world.log, { service }, never)
        const fresh = now === 're-drive' ? [] : now.map((one, at) => ({ ...one, id: `${arrived.length + at}` }))
        for (const { id, refusals: times } of fresh) refusals.set(id, times)
        arrived.push(...fresh)
        await takes(fresh.map(({ agent, id }) => dataset(agent, id)))
        await check()
      }
      // Each round decides the records with one refusal left less.
      for (let round = 0; round < 3; round++) {
        await redrive(world.log, { service }, never)
        await takes()
      }
      await check()
      expect(await redrive(world.log, { service }, never)).toEqual([])
      for (const agent of agents) {
        const wanted = arrived.filter(one => one.agent === agent).map(({ id }) => id)
        expect((await answered(agent)).map(([id]) => id).sort()).toEqual(wanted.sort())
      }
      expect(await countRecords(world.log, deadLetters)).toBe(arrived.reduce((sum, one) => sum + one.refusals, 0))
      expect(await countRecords(world.log, topic.datasets)).toBe(arrived.length)
      await end()
      await world.close()
    }),
    { numRuns: 20 },
  )
})
