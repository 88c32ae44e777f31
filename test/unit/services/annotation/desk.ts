import { onTestFinished } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { createHttpServer } from '#runtime/http/server.ts'
import { openFolderStore } from '#runtime/objects/folder.ts'
import { State } from '#runtime/state/state.ts'
import { createLogger, createMetrics } from '#runtime/telemetry/telemetry.ts'
import type { SampleReviewed, SampleSelected } from '#schemas/events.ts'
import type { Facts } from '#services/annotation/decide.ts'
import { httpApi } from '#services/annotation/http-api.ts'
import { agentDescribed } from '#test/support/data/agent-described.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import type { topic } from '#topology/topic-names.ts'
import { asked, isReview, isSample, run } from './events.ts'

export const tools = ['quote', 'holdings'].map(name => ({ name, description: `about ${name}` }))

type Given = {
  readonly samples: readonly SampleSelected[]
  readonly facts?: Facts
  readonly environment?: Readonly<Record<string, string>>
  readonly catalogue?: readonly { readonly name: string; readonly description: string }[]
  /** Reviews come back as soon as they are appended. */
  readonly isLive?: boolean
}

/** Annotation's edge on a server, over a state that holds these samples, with a clock of the test's own and one agent, `desk`. */
export function openDesk({ samples, facts = asked(2), environment = {}, catalogue = tools, isLive = false }: Given) {
  const settings = readSettings({
    FLYWHEEL_HOME: temporaryFolder(),
    FLYWHEEL_REDACTION_KEY: 'the key of this test',
    ...environment,
  })
  const clock = { at: 1_800_000_000_000, now: () => clock.at }
  const state = new State()
  run(samples.map(isSample), facts, state)
  const appended: SampleReviewed[] = []
  /** What the runtime does next: the reviews that were appended are consumed. Answers what they lead to. */
  const consume = () => run(appended.splice(0).map(isReview), facts, state).emitted
  const emitted: ReturnType<typeof consume> = []
  const desk = agentDescribed(catalogue, { name: 'Support desk' })
  const agents = { all: () => [desk], get: (agent: string) => (agent === 'desk' ? desk : undefined) }
  const objects = openFolderStore(`${settings.home}/objects`)
  const context = {
    settings,
    partitionStates: () => [new State(), state],
    append: async (_to: typeof topic.reviews, events: readonly SampleReviewed[]) => {
      appended.push(...events)
      if (isLive) emitted.push(...consume())
    },
  }
  const app = createHttpServer(settings, createLogger({ logLevel: 'silent' }), createMetrics(), () => ({}))
  const routes: string[] = []
  app.addHook('onRoute', ({ method, url }) => void routes.push(`${method} ${url}`))
  httpApi(context, { agents, clock, objects }).routes?.(app)
  onTestFinished(() => app.close())
  const post = (url: string, payload: object, headers: Record<string, string> = {}) =>
    app.inject({ method: 'POST', url, payload, headers })
  return { app, routes, state, clock, objects, appended, consume, emitted, post }
}
