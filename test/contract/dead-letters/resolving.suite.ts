import { expect, test } from 'vitest'
import { at } from '#runtime/core/checked.ts'
import { findDeadLetter } from '#runtime/dead-letters/find.ts'
import { createDeadLetterList } from '#runtime/dead-letters/list.ts'
import { discardNamed, redriveNamed } from '#runtime/dead-letters/named-letters.ts'
import { redrive } from '#runtime/dead-letters/redrive.ts'
import type { Runtime } from '#runtime/host/open-runtime.ts'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { retryTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import { uniqueName } from '../event-log/support.ts'
import { deadLetters, service, startStrategist } from './support.ts'

const never = new AbortController().signal
const idOf = ({ headers }: LogRecord): string | undefined => headers['x-source']
const nameOf = (letter: LogRecord | undefined): string => `${letter?.topic}/${letter?.partition}@${letter?.offset}`

/** How unresolved dead letters are listed, and single ones resolved, on any log. */
export function resolvingContract(open: () => Promise<Runtime>): void {
  test('pages list each dead letter once, also when others are added meanwhile', async () => {
    const world = await open()
    const { takes, dataset, of } = await startStrategist(world)
    const agents = Array.from({ length: 6 }, () => uniqueName('agent'))
    const refuse = (round: number) =>
      takes(agents.map(agent => dataset(agent, `${agent}-${round}`, 'the rule refuses')))
    await refuse(1)
    await refuse(2)
    const list = createDeadLetterList(world.log, never)
    const seen: string[] = []
    let cursor: string | null | undefined
    while (cursor !== null) {
      const query = { limit: 5, ...(cursor !== undefined && { cursor }) }
      const { letters, next } = await list.page([service], query)
      expect(letters.length).toBeLessThanOrEqual(5)
      seen.push(...letters.map(({ topic: name, partition, offset }) => `${name}/${partition}@${offset}`))
      if (cursor === undefined) await refuse(3)
      cursor = next
    }
    expect(new Set(seen).size).toBe(seen.length)
    const letters = (await Promise.all(agents.map(agent => of(deadLetters, agent)))).flatMap(all => all.slice(0, 2))
    expect(seen).toEqual(expect.arrayContaining(letters.map(nameOf)))
    await expect(list.page([service], { limit: 5, cursor: 'x' })).rejects.toThrow(/cursor/)
  })

  test('single dead letters are re-driven or discarded once, and a re-drive leaves them out', async () => {
    const world = await open()
    const { takes, dataset, of } = await startStrategist(world)
    const agent = uniqueName('agent')
    const agents = [agent, uniqueName('agent'), uniqueName('agent')]
    await takes(agents.flatMap(name => [1, 2, 3, 4].map(nth => dataset(name, `${name}-${nth}`, 'the rule refuses'))))
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
    expect(await findDeadLetter(world, at(letters, 0), never)).toMatchObject({ discard })
    expect(await createDeadLetterList(world.log, never).discarded([service])).toEqual(
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
}
