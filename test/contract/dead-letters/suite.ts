import { describe, expect, test } from 'vitest'
import { findDeadLetter, parsePosition } from '#runtime/dead-letters/find.ts'
import { discardedLetters, unresolvedPage, unresolvedTopics } from '#runtime/dead-letters/list.ts'
import { discardNamed, redriveNamed } from '#runtime/dead-letters/named-letters.ts'
import { redrive } from '#runtime/dead-letters/redrive.ts'
import type { Runtime } from '#runtime/host/open-runtime.ts'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { deadLetterTopic, retryTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import { keyOf, textOf, uniqueName } from '../event-log/support.ts'
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
const nameOf = (letter: LogRecord | undefined): string => `${letter?.topic}/${letter?.partition}@${letter?.offset}`
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
      const overview = async (limit: number) =>
        (await unresolvedTopics(world.log, [service], limit, never)).find(of => of.topic === deadLetters)
      const page = (limit: number) => unresolvedPage(world.log, [service], { topic: deadLetters, limit }, never)
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

    test('pages list each dead letter once, also when others are added meanwhile', async () => {
      const world = await open()
      const { takes, dataset, of } = await startStrategist(world)
      const agents = Array.from({ length: 6 }, () => uniqueName('agent'))
      const refuse = (round: number) =>
        takes(agents.map(agent => dataset(agent, `${agent}-${round}`, 'the rule refuses')))
      await refuse(1)
      await refuse(2)
      const seen: string[] = []
      let cursor: string | null | undefined
      while (cursor !== null) {
        const query = { limit: 5, ...(cursor !== undefined && { cursor }) }
        const { letters, next } = await unresolvedPage(world.log, [service], query, never)
        expect(letters.length).toBeLessThanOrEqual(5)
        seen.push(...letters.map(({ topic: name, partition, offset }) => `${name}/${partition}@${offset}`))
        if (cursor === undefined) await refuse(3)
        cursor = next
      }
      expect(new Set(seen).size).toBe(seen.length)
      const letters = (await Promise.all(agents.map(agent => of(deadLetters, agent)))).flatMap(all => all.slice(0, 2))
      expect(seen).toEqual(expect.arrayContaining(letters.map(nameOf)))
      await expect(unresolvedPage(world.log, [service], { limit: 5, cursor: 'x' }, never)).rejects.toThrow(/cursor/)
    })

    test('single dead letters are re-driven or discarded once, and a re-drive leaves them out', async () => {
      const world = await open()
      const { takes, dataset, of } = await startStrategist(world)
      const agent = uniqueName('agent')
      const agents = [agent, uniqueName('agent'), uniqueName('agent')]
      await takes(agents.flatMap(name => [1, 2, 3, 4].map(at => dataset(name, `${name}-${at}`, 'the rule refuses'))))
      const letters = await of(deadLetters, agent)
      const names = letters.map(nameOf)
      const [first = '', second = '', third = '', fourth = ''] = names
      const states = async () =>
        Promise.all(letters.map(async letter => (await findDeadLetter(world, letter, never))?.state))
      const others = (await Promise.all(agents.slice(1).map(name => of(deadLetters, name)))).map(all => nameOf(all[0]))

      const discard = { by: 'ann', why: 'a test record', at: 7 }
      expect(
        await discardNamed(world.log, { service, letters: [first, third, first, ...others] }, discard, never),
      ).toEqual([{ topic: deadLetters, records: 4, codes: { FLY_LEAK: 4 } }])
      expect(await redriveNamed(world.log, { service, letters: [second] }, never)).toEqual([
        { topic: deadLetters, records: 1, codes: { FLY_LEAK: 1 } },
      ])
      // A commit can be read a moment after it was answered.
      await waitUntil('three are resolved', async () => (await states()).filter(it => it !== 'unresolved').length === 3)
      expect(await states()).toEqual(['discarded', 're-driven', 'discarded', 'unresolved'])
      expect(await findDeadLetter(world, letters[0] ?? fail(), never)).toMatchObject({ discard })
      expect(await discardedLetters(world.log, [service], never)).toEqual(
        expect.arrayContaining(
          [0, 2].map(at => ({
            ...{ how: 'discarded', service, topic: deadLetters, code: 'FLY_LEAK', ...discard },
            ...{ partition: letters[at]?.partition, offset: letters[at]?.offset },
          })),
        ),
      )
      expect((await of(retryTopic(service), agent)).map(idOf)).toEqual([`${agent}-2`])
      for (const [named, message] of [
        [[fourth, first], /already discarded/],
        [[second], /already re-driven/],
        [[`${deadLetters}/0@1000000`], /has no dead letter/],
        [['here'], /has no dead letter here: give TOPIC/],
        [[`${topic.datasets}/0@0`], /has no dead letter/],
      ] as const)
        await expect(discardNamed(world.log, { service, letters: named }, discard, never)).rejects.toMatchObject({
          ...{ code: 'FLY_USAGE', message: expect.stringMatching(message) },
        })

      await takes()
      await redrive(world.log, { service }, never)
      expect((await of(retryTopic(service), agent)).map(idOf).slice(0, 2)).toEqual([`${agent}-2`, `${agent}-4`])
      await waitUntil('it is re-driven', async () => (await states())[3] === 're-driven')
      expect(await states()).toEqual(['discarded', 're-driven', 'discarded', 're-driven'])
      await takes()
    })

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
