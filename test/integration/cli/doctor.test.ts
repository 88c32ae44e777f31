import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import type { ChatLogged } from '#schemas/events.ts'
import { planOf, turnFields, userMessage } from '#test/support/data/turns.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { sharedObjectServer } from '#test/support/servers/shared-servers.ts'
import { serviceNames } from '#topology/derive/definitions.ts'
import { topic } from '#topology/topic-names.ts'

const server = await sharedObjectServer()

/** Runs `flywheel doctor --pii`. */
async function doctor(...args: string[]) {
  return doctorWith({}, ...args)
}

async function doctorWith(environment: Readonly<Record<string, string>>, ...args: string[]) {
  const env = { ...process.env, ...environment }
  const child = spawn(process.execPath, ['services/_cli/main.ts', 'doctor', '--pii', ...args], { env })
  onTestFinished(() => void child.kill())
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { status: await ended, out, errors }
}

test('personal data that was written directly to a topic is found, while services run and afterwards', async () => {
  const home = temporaryFolder()
  const world = await openRuntime(
    readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' }),
  )
  const { urlOf, end: close } = await runUntilTestEnds(world, serviceNames)
  const port = new URL(urlOf('ingest')).port
  expect(await doctor('--home', home, '--port', port)).toMatchObject({
    status: 0,
    out: /^nothing found in \d+ records/,
  })

  const direct: ChatLogged = {
    ...{ id: 'd', parents: [], at: 0, agent: 'bank', conversationId: 'c', turn: 0, userId: null },
    ...{ ...turnFields, earlier: [userMessage('fine')] },
    ...{
      question: 'mail ann@mail.example or call 415-555-0132',
      answer: null,
      latencyMs: null,
      source: 'cobol',
      redactions: [],
    },
    plan: planOf('pay', 'card 4111 1111 1111 1111'),
  }
  const bytes = Buffer.from('not avro, but bob@mail.example')
  await world.log.append([
    world.codec.record(topic.chatLogs, direct),
    { topic: topic.feedback, key: 'dave@mail.example', value: bytes, headers: { from: 'eve@mail.example' } },
  ])
  const digest = await world.objects.put(
    Buffer.from('{"rows":[{"question":"ok"},{"question":"iban GB82WEST12345698765432"}]}'),
  )

  const held = await doctor('--home', home, '--port', port, '--json')
  expect(held.status, held.errors).toBe(1)
  const { found } = JSON.parse(held.out) as { found: { name: string; kinds: object; places: { field: string }[] }[] }
  const of = (name: string) => found.find(report => report.name === name)
  expect(of(topic.chatLogs)).toMatchObject({ looked: 1, kinds: { email: 1, phone: 1, card: 1 } })
  expect(of(topic.chatLogs)?.places.map(({ field }) => field)).toEqual([
    'question',
    'question',
    'plan.calls[0].arguments',
  ])
  expect(of(topic.feedback)).toMatchObject({
    kinds: { email: 3 },
    places: [{ field: 'bytes' }, { field: 'headers.from' }, { field: 'key[0]' }],
  })
  expect(of('objects')).toMatchObject({
    kinds: { iban: 1 },
    places: [{ at: digest, field: 'rows[1].question', kind: 'iban' }],
  })

  await close()
  const free = await doctor('--home', home)
  expect(free.status).toBe(1)
  expect(free.out).toMatch(new RegExp(`^${topic.chatLogs}: 1 email, 1 phone, 1 card$`, 'm'))
  for (const { out } of [held, free]) expect(out).not.toMatch(/mail\.example|555|4111|WEST/)
})

test.skipIf(!server)('the objects are scanned where they are: in a bucket, and a damaged one is named', async () => {
  if (!server) return
  const environment = {
    ...{ FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_OBJECTS: `s3://doctor-${randomUUID()}/wheel` },
    ...{ FLYWHEEL_LOG_LEVEL: 'silent', AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_S3: server.url },
    ...{ AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey },
  }
  const bucket = join(server.buckets, new URL(environment.FLYWHEEL_OBJECTS).host)
  mkdirSync(bucket)
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  const world = await openRuntime(readSettings(environment))
  await world.log.createTopics([{ name: topic.chatLogs, partitions: 1, keep: 30 }])
  const digest = await world.objects.put(Buffer.from('call 415-555-0132'))
  const damaged = await world.objects.put(Buffer.from('call 415-555-0133'))
  await world.close()
  writeFileSync(join(bucket, 'wheel', 'objects', damaged), 'call 415-555-0134')

  const { status, out, errors } = await doctorWith(environment)
  expect(status).toBe(1)
  expect(out).toContain(`objects: 1 phone\n  ${digest} : phone`)
  expect(errors).toBe(`not scanned: object ${damaged} is damaged\n`)
})

test('a log without topics is an error, not a clean result', async () => {
  const home = temporaryFolder()
  await openEmbeddedLog(home).close()
  const { status, out, errors } = await doctor('--home', home)
  expect([status, out]).toEqual([1, ''])
  expect(errors).toContain('this log has no topics yet')
})
