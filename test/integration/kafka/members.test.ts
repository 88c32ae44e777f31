import { describe, expect, test } from 'vitest'
import { countRecords } from '#runtime/log/count-records.ts'
import { createTopic, joinInBackground, readAll, record, texts, uniqueName } from '#test/contract/event-log/support.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { brokers, kafka, openLog } from './kafka.support.ts'
import { appendInBackground, copyRecords, expectCopied, spawnMember } from './members.support.ts'

const open = () => openLog({ sessionMs: 6_000 })

describe.skipIf(!kafka)('members of a Kafka group', () => {
  test('share its partitions while records flow: nothing is lost or doubled, keys keep their order', async () => {
    const [one, two] = [await open(), await open()]
    const [input, output] = [await createTopic(one, 6), await createTopic(one, 3)]
    const group = uniqueName('group')
    const given: string[] = []
    const first = joinInBackground(
      one,
      group,
      [input],
      copyRecords(output, ({ partition }) => given.push(`one ${partition}`)),
    )
    const flow = appendInBackground(one, input)
    await waitUntil('the first has all partitions', () => given.length === 6)
    const second = joinInBackground(
      two,
      group,
      [input],
      copyRecords(output, ({ partition }) => given.push(`two ${partition}`)),
    )
    await waitUntil('the second has its half', () => given.filter(who => who.startsWith('two')).length === 3)
    // What the first kept went on undisturbed.
    expect(given.filter(who => who.startsWith('one'))).toHaveLength(6)
    await waitUntil('the second has copied', async () => (await countRecords(one, output)) > 500)
    await first.stop()
    await waitUntil('the second has them all', () => new Set(given.filter(who => who.startsWith('two'))).size === 6)
    const count = await flow.stop()
    await expectCopied(two, output, count)
    await second.stop()
  })

  test('take over from a process that was killed, exactly where its last commit ended', async () => {
    const log = await open()
    const [input, output] = [await createTopic(log, 3), await createTopic(log, 3)]
    const group = uniqueName('group')
    const doomed = spawnMember(brokers.join(), group, input, output)
    const flow = appendInBackground(log, input)
    await waitUntil('the process copies', async () => (await countRecords(log, output)) > 100)
    doomed.child.kill('SIGKILL')
    const count = await flow.stop()
    const given: number[] = []
    const heir = joinInBackground(
      log,
      group,
      [input],
      copyRecords(output, ({ partition }) => given.push(partition)),
    )
    await waitUntil('all partitions are taken over', () => new Set(given).size === 3)
    await expectCopied(log, output, count)
    await heir.stop()
  })

  test('go on without one that is stopped for too long, which does no harm when it wakes up', async () => {
    const log = await open()
    const [input, output] = [await createTopic(log, 3), await createTopic(log, 3)]
    const group = uniqueName('group')
    const sleeper = spawnMember(brokers.join(), group, input, output)
    const flow = appendInBackground(log, input)
    await waitUntil('the process copies', async () => (await countRecords(log, output)) > 100)
    sleeper.child.kill('SIGSTOP')
    const count = await flow.stop()
    const given: number[] = []
    const heir = joinInBackground(
      log,
      group,
      [input],
      copyRecords(output, ({ partition }) => given.push(partition)),
    )
    await waitUntil('all partitions are taken over', () => new Set(given).size === 3)
    const before = sleeper.said().length
    sleeper.child.kill('SIGCONT')
    await waitUntil('it is a member again', () => sleeper.said().length > before)
    await expectCopied(log, output, count)
    await heir.stop()
  })

  test('end a record that holds the event loop for longer than their session, instead of losing it to each other for ever', async () => {
    const log = await open()
    const [input, output] = [await createTopic(log, 2), await createTopic(log, 2)]
    const group = uniqueName('group')
    const members = [1, 2].map(() => spawnMember(brokers.join(), group, input, output, '14000'))
    await waitUntil('each has a partition', () => members.every(({ said }) => said().includes('assigned')))
    await log.append(['heavy', 'light'].map(value => ({ ...record(input, 'key', value), partition: 0 })))
    await waitUntil('both records are copied', async () => (await countRecords(log, output)) >= 2, 150_000)
    expect(texts(await readAll(log, [output]))).toEqual(['heavy', 'light'])
  })

  test('leave on a signal, and the process ends by itself', async () => {
    const log = await open()
    const [input, output] = [await createTopic(log, 3), await createTopic(log, 3)]
    const group = uniqueName('group')
    await log.append(Array.from({ length: 60 }, (_, number) => record(input, `key-${number % 50}`, number)))
    const member = spawnMember(brokers.join(), group, input, output)
    await waitUntil('it copies', async () => (await countRecords(log, output)) === 60)
    member.child.kill('SIGTERM')
    expect(await member.ended).toBe(0)
    expect(member.said()).toContain('left')
    // It left the group rather than letting its session run out: the next one need not wait.
    const given: number[] = []
    const started = Date.now()
    const next = joinInBackground(
      log,
      group,
      [input],
      copyRecords(output, ({ partition }) => given.push(partition)),
    )
    await waitUntil('the next has all partitions', () => given.length === 3)
    expect(Date.now() - started).toBeLessThan(5_000)
    await next.stop()
    await expectCopied(log, output, 60)
  })
})
