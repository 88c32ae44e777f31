import { readSettings } from '#runtime/config/config.ts'
import { at } from '#runtime/core/checked.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { startServices } from '#runtime/host/start-services.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import { eraseTypes, withPorts } from '#runtime/processing/any-service.ts'
import type { Service } from '#runtime/service.ts'
import { boundedChanges } from '#runtime/state/bounded-collection.ts'
import { toolOf } from '#schemas/turns.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'
import { createTurns } from '../runtime/records.ts'
import { select, version } from '../runtime/rule.ts'

/**
 * A complete service process that consumes `records` records and prints its memory as a JSON line after each hundredth of them. Its
 * state is bounded, as that of every service. On the embedded log it appends the records too. The live heap is measured after a
 * garbage collection, when a tenth of the records is decided and when all are. Settings come from the environment. Run with
 * --expose-gc.
 */
const records = Number(at(process.argv, 2))
const settings = readSettings(process.env)
const limit = 1_000
const aheadRecords = 20_000
const batchRecords = 1_000

let decided = 0
const service: Service<'sampler'> = {
  name: 'sampler',
  version,
  decide(inbound, _facts, state) {
    if (inbound.topic !== topic.chatLogs) return {}
    decided++
    const { event } = inbound
    const { id, at: time, agent, plan } = event
    return {
      emit: [{ topic: topic.selectedSamples, event: select(event) }],
      stateChanges: boundedChanges(state, agent, limit, [[id, { time, tool: toolOf(plan.calls) }]]),
    }
  },
}

const runtime = await openRuntime(settings)
await ensureTopics(runtime)
const stop = new AbortController()
const running = await startServices(runtime, [withPorts(eraseTypes(service), {})], stop.signal)
running.done.catch(error => {
  console.error(error)
  process.exit(1)
})

const turnOf = createTurns(1)
let appended = settings.kafka === undefined ? 0 : records

/** Appends until there are so many, never far ahead of the service. */
async function consumeUntil(count: number): Promise<void> {
  while (appended < count) {
    const turns = Array.from({ length: Math.min(batchRecords, count - appended) }, () => turnOf(appended++, Date.now()))
    await runtime.log.append(turns.map(turn => runtime.codec.record(topic.chatLogs, turn)))
    await waitUntil('the service follows', () => appended - decided < aheadRecords, 600_000)
  }
  await waitUntil(`${count} records are decided`, () => decided >= count, 3_600_000)
}

function report(withHeap: boolean): void {
  const { rss } = process.memoryUsage()
  if (withHeap) for (let times = 0; times < 3; times++) globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  console.log(JSON.stringify({ records: decided, rss, heapBytes: withHeap ? heapUsed + external : null }))
}

for (let hundredths = 1; hundredths <= 100; hundredths++) {
  await consumeUntil(Math.ceil((hundredths * records) / 100))
  report(hundredths === 10 || hundredths === 100)
}
stop.abort()
await running.done
await runtime.close()
