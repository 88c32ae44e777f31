import { expect, test } from 'vitest'
import { eraseTypes, withPorts } from '#runtime/processing/any-service.ts'
import type { Service } from '#runtime/service.ts'
import { State } from '#runtime/state/state.ts'
import { turnOf } from '#test/chaos/input.ts'
import { topic } from '#topology/topic-names.ts'

const seen: unknown[] = []
const sampler: Service<'sampler', string, { readonly greet: string }> = {
  name: 'sampler',
  version: 'v1',
  gather: async ({ event }, { greet }) => `${greet} ${event.id}`,
  decide(inbound, facts) {
    seen.push(inbound, facts)
    return {}
  },
  httpApi: (_context, { greet }) => ({ routes: () => void seen.push(greet) }),
}
const runnable = withPorts(eraseTypes(sampler), { greet: 'hello' })
const event = turnOf('unit', 0)
const inbound = { topic: topic.chatLogs, event }
const forever = new AbortController().signal

test('a service with its ports gathers, decides and serves as it is written', async () => {
  const facts = await runnable.gather?.(inbound, forever)
  runnable.decide?.(inbound, facts, new State())
  expect(seen).toEqual([inbound, `hello ${event.id}`])
})

test('a topic that the service does not read is FLY_BUG', () => {
  const stray = { topic: topic.releases, event }
  expect(() => runnable.decide?.(stray, 'facts', new State())).toThrow('sampler does not read releases')
  expect(() => runnable.gather?.(stray, forever)).toThrow('sampler does not read releases')
})

test('a service without gather, decide or HTTP API has none afterwards', () => {
  expect(withPorts(eraseTypes({ name: 'sampler', version: 'v1' }), {})).toEqual({ name: 'sampler', version: 'v1' })
})
