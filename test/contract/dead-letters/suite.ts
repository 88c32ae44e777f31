import { describe, expect, test } from 'vitest'
import { findDeadLetter, parsePosition } from '#runtime/dead-letters/find.ts'
import { createDeadLetterList } from '#runtime/dead-letters/list.ts'
import { redrive } from '#runtime/dead-letters/redrive.ts'
import type { Runtime } from '#runtime/host/open-runtime.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { deadLetterTopic, retryTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import { keyOf, textOf, uniqueName } from '../event-log/support.ts'
import { resolvingContract } from './resolving.suite.ts'
import { deadLetters, type FailureKind, service, startStrategist } from './support.ts'

const never = new AbortController().signal
const idOf = ({ headers }: { readonly headers: Readonly<Record<string, string>> }) => headers['x-source']

const codes: Record<Exclude<FailureKind, 'none' | 'its event is long'>, string> = {
  'gather refuses': 'FLY_OBJECT',
  'the rule refuses': 'FLY_LEAK',
  'its event does not fit the schema': 'FLY_ENCODE',
  'its event is too large': 'FLY_TOO_LARGE',
  'the key of its event is too large': 'FLY_TOO_LARGE',
  'its memory is too large': 'FLY_TOO_LARGE',
}
const failureKinds = Object.keys(codes) as (keyof typeof codes)[]

/** The handling of refused records, on any log. Tests may share a log, so agents have unique names. */
export function deadLettersContract(name: string, open: () => Promise<Runtime>): void {
  describe(name, { timeout: 90_000 }, () => {
    test.each([1, 2])(
      'bad records of every kind between good ones of the same key harm none of them, %i at a time',
      async each => {
        const world = await open()
        const { takes, dataset, answered, of } = await startStrategist(world)
        const agent = uniqueName('agent')
        const bad = Array.from({ length: each }, () => [...failureKinds]).flat()
        const records = bad.flatMap((trouble, at) => [
          dataset(agent, `good-${at}`),
          dataset(agent, `bad-${at}`, trouble),
          {
            topic: topic.datasets,
            key: agent,
            value: Buffer.from(`no event ${at}`),
            headers: { 'x-source': `bytes-${at}` },
          },
        ])
        await takes(records)
        expect(await answered(agent)).toEqual(bad.map((_trouble, at) => [`good-${at}`, at]))
        const parked = await of(deadLetters, agent)
        expect(parked.map(letter => [idOf(letter), letter.headers['dlq.code']])).toEqual(
          bad.flatMap((trouble, at) => [
            [`bad-${at}`, codes[trouble]],
            [`bytes-${at}`, 'FLY_DECODE'],
          ]),
        )
        const inputs = new Map((await of(topic.datasets, agent)).map(input => [idOf(input), input]))
        for (const letter of parked) {
          const input = inputs.get(idOf(letter))
          expect(letter).toMatchObject({ key: input?.key, value: input?.value, partition: input?.partition })
          expect(letter.headers).toMatchObject({
            ...{ 'dlq.topic': topic.datasets, 'dlq.offset': String(input?.offset), 'dlq.attempts': '1' },
            'dlq.first-seen': String(input?.timestamp),
          })
        }
      },
    )

    test('re-driven records reach only their service, once and in order', async () => {
      const world = await open()
      const { takes, dataset, answered, of, mended } = await startStrategist(world)
      const agent = uniqueName('agent')
      const ids = Array.from({ length: 30 }, (_none, at) => `${agent}-${at}`)
      await takes(ids.map((id, at) => dataset(agent, id, at % 3 === 0 ? 'none' : failureKinds[at % 2])))
      const refused = ids.filter((_id, at) => at % 3 !== 0)
      // A commit can be read a moment after it was answered.
      await waitUntil('the last is readable', async () => (await of(deadLetters, agent)).length >= refused.length)
      expect((await of(deadLetters, agent)).map(idOf)).toEqual(refused)
      for (const id of refused) mended.add(id)
      const moved = await redrive(world.log, { service }, never)
      expect(moved.find(tally => tally.topic === deadLetters)?.records).toBeGreaterThanOrEqual(20)
      await redrive(world.log, { service }, never)
      await takes()
      expect((await answered(agent)).map(([id]) => id)).toEqual([...ids.filter((_id, at) => at % 3 === 0), ...refused])
      expect((await answered(agent)).map(([, before]) => before)).toEqual(ids.map((_id, at) => at))
      expect(await of(topic.datasets, agent)).toHaveLength(30)
      const [again, parked] = [await of(retryTopic(service), agent), await of(deadLetters, agent)]
      expect(again.map(({ key, value, headers, partition }) => ({ key, value, headers, partition }))).toEqual(
        parked.map(({ key, value, headers, partition }) => ({ key, value, headers, partition })),
      )
    })

    test('records that are refused again are dead letters again, with their history', async () => {
      const world = await open()
      const { takes, dataset, of } = await startStrategist(world)
      const agent = uniqueName('agent')
      await takes([dataset(agent, `${agent}-1`, 'the rule refuses')])
      const [input] = await of(topic.datasets, agent)
      for (const attempts of [2, 3]) {
        await redrive(world.log, { service, topic: topic.datasets }, never)
        await takes()
        const all = await of(deadLetters, agent)
        expect(all).toHaveLength(attempts)
        expect(all.at(-1)?.headers).toMatchObject({
          ...{ 'dlq.attempts': String(attempts), 'dlq.topic': topic.datasets, 'dlq.offset': String(input?.offset) },
          ...{ 'dlq.first-seen': String(input?.timestamp), 'x-source': `${agent}-1` },
        })
      }
    })

    test('the list has the unresolved dead letters, and each can be shown completely', async () => {
      const world = await open()
      const { takes, dataset, of, mended } = await startStrategist(world)
      const agent = uniqueName('agent')
      await takes([
        dataset(agent, `${agent}-1`, 'the rule refuses'),
        dataset(agent, `${agent}-2`, 'gather refuses'),
        { topic: topic.datasets, key: agent, value: Buffer.from('no event') },
      ])
      const mine = await of(deadLetters, agent)
      const list = createDeadLetterList(world.log, never)
      const overview = async (limit: number) =>
        (await list.topics([service], limit)).find(of => of.topic === deadLetters)
      const page = (limit: number) => list.page([service], { topic: deadLetters, limit })
      const places = mine.map(({ partition, offset }) => ({ service, topic: deadLetters, partition, offset }))
      const { letters, next } = await page(1_000)
      expect(letters).toEqual(expect.arrayContaining(places.map(place => expect.objectContaining(place))))
      expect(next).toBeNull()
      expect(JSON.stringify(letters)).not.toContain('no event')
      expect(await overview(1_000)).toMatchObject({
        ...{ records: letters.length, more: false },
        codes: { FLY_LEAK: expect.any(Number), FLY_OBJECT: expect.any(Number) },
      })
      expect(await overview(2)).toMatchObject({ records: 2, more: true })

      const show = async (at: number) => findDeadLetter(world, parsePosition(place(at)) ?? fail(), never)
      const place = (at: number): string => `${deadLetters}/${mine[at]?.partition}@${mine[at]?.offset}`
      expect(await show(0)).toMatchObject({
        ...{ service, state: 'unresolved', key: agent, code: 'FLY_LEAK', attempts: 1, event: { id: `${agent}-1` } },
        headers: { 'x-source': `${agent}-1` },
        hint: expect.stringMatching(/dataset/),
      })
      expect(await show(2)).toMatchObject({
        event: { bytes: Buffer.from('no event').toString('base64') },
        schemaId: null,
      })
      expect(
        await findDeadLetter(world, { topic: deadLetters, partition: 0, offset: 1_000_000 }, never),
      ).toBeUndefined()
      expect(await findDeadLetter(world, { topic: topic.datasets, partition: 0, offset: 0 }, never)).toBeUndefined()

      for (const id of [1, 2]) mended.add(`${agent}-${id}`)
      await redrive(world.log, { service }, never)
      // A commit can be read a moment after it was answered.
      await waitUntil('the re-drive is visible', async () => (await show(0))?.state === 're-driven')
      await takes()
      const left = (await page(1_000)).letters.find(
        ({ partition, origin }) =>
          partition === mine[2]?.partition && String(origin.offset) === mine[2]?.headers['dlq.offset'],
      )
      expect(left).toMatchObject({ code: 'FLY_DECODE', attempts: 2 })
    })

    resolvingContract(open)

    test('a re-drive of one topic leaves those of other topics unresolved', async () => {
      const world = await open()
      const { takes, dataset, of } = await startStrategist(world)
      const agent = uniqueName('agent')
      const others = { topic: topic.releases, key: agent, value: Buffer.from('no release') }
      await takes([dataset(agent, `${agent}-1`, 'the rule refuses'), others])
      await redrive(world.log, { service, topic: topic.releases }, never)
      expect((await of(retryTopic(service), agent)).map(textOf)).toEqual(['no release'])
      expect((await of(deadLetterTopic(topic.releases, service), agent)).map(keyOf)).toContain(agent)
      await expect(redrive(world.log, { service, topic: topic.chatLogs }, never)).rejects.toMatchObject({
        ...{ code: 'FLY_USAGE', message: expect.stringContaining(topic.releases) },
      })
    })
  })
}

const fail = (): never => {
  throw new Error('no place')
}
