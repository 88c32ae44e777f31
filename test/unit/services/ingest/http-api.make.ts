import type { FastifyInstance } from 'fastify'
import { createPseudonymizer } from '#redaction/pseudonym.ts'
import { readSettings } from '#runtime/config/config.ts'
import { createHttpServer } from '#runtime/http/server.ts'
import type { ObjectStore } from '#runtime/objects/object-store.ts'
import type { HttpApi } from '#runtime/service.ts'
import { createLogger, createMetrics } from '#runtime/telemetry/telemetry.ts'
import { httpApi } from '#services/ingest/http-api.ts'
import { call } from '#test/support/data/turns.ts'
import { inMemoryObjects } from '#test/support/doubles/in-memory-objects.ts'

export const now = 1_800_000_000_000
const redactionKey = 'the key of this test'
export const pseudonymOf = createPseudonymizer(redactionKey)
export const tools = [{ name: 'quote', description: 'Price of a security.' }]
export const turn = (over: object = {}) => ({
  agent: 'desk',
  conversationId: 'c1',
  turn: 0,
  question: 'Price of AAPL?',
  plan: { calls: [call('quote', 'AAPL')] },
  ...over,
})

export type Appended = {
  readonly topic: string
  readonly events: readonly { readonly id: string }[]
  readonly headers: Readonly<Record<string, string>>
}

/** Ingest's HTTP API on a server, with one registered agent. `append` stands for the log; the test removes `home`. */
export async function openHttpApi(
  home: string,
  append: (appended: Appended) => Promise<void>,
  environment: Record<string, string> = {},
  objects: Pick<ObjectStore, 'put'> = inMemoryObjects(),
): Promise<{ readonly app: FastifyInstance; readonly api: HttpApi<'ingest'>; readonly routes: readonly string[] }> {
  const settings = readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_REDACTION_KEY: redactionKey, ...environment })
  const context = {
    settings,
    append: (topic: string, events: Appended['events'], headers = {}) => append({ topic, events, headers }),
  }
  const app = createHttpServer(settings, createLogger({ logLevel: 'silent' }), createMetrics(), () => ({}))
  const routes: string[] = []
  app.addHook('onRoute', ({ method, url }) => void routes.push(`${method} ${url}`))
  const api = httpApi(context, { clock: { now: () => now }, objects })
  api.routes?.(app)
  const authorization = `Bearer ${settings.apiKey}`
  const registered = await app.inject({
    ...{ method: 'PUT', url: '/v1/agents/desk', payload: { tools }, headers: { authorization } },
  })
  if (registered.statusCode !== 200) throw new Error(registered.body)
  return { app, api, routes }
}
