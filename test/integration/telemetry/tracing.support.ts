import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'

export type TracedRecord = { readonly headers: Readonly<Record<string, string>>; readonly offset: number }

/** Ingest, sampler and judge on a new embedded log; `end` stops them, which exports waiting spans. */
export async function startTracedServices() {
  const settings = readSettings({ FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' })
  const world = await openRuntime(settings)
  const { urlOf, end, signal } = await runUntilTestEnds(world, ['ingest', 'sampler', 'judge'])
  const call = async (method: string, path: string, body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${urlOf('ingest')}${path}`, {
      ...{ method, body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json', ...headers },
    })
    if (!answer.ok) throw new Error(await answer.text())
  }
  const tools = [{ name: 'pay', description: 'to pay' }]
  await call('PUT', '/v1/agents/bank', { tools, budgets: { sampleShare: 1 } })
  return {
    world,
    end,
    /** Sends one turn, with the headers of a caller's own tracing. */
    send: (id: string, headers?: Record<string, string>) => {
      const turn = { id, agent: 'bank', conversationId: `about ${id}`, turn: 0, question: secret }
      return call(
        'POST',
        '/v1/chat-logs',
        { ...turn, plan: { calls: [{ tool: 'pay', arguments: secret }], margin: 0.1 } },
        headers,
      )
    },
    /** The records of a topic with their trace headers. */
    records: async (topic: string): Promise<readonly TracedRecord[]> => {
      const found: TracedRecord[] = []
      const fold = (records: readonly TracedRecord[]): void => void found.push(...records)
      await world.log.read([topic], { from: 'beginning', follow: false }, fold, signal)
      return found
    },
  }
}

/** Text that is in every turn and must be in no span. */
export const secret = 'the-words-of-a-customer'
