import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { createPseudonymizer } from '#redaction/pseudonym.ts'
import { redact } from '#redaction/redact.ts'
import type { Settings } from '#runtime/config/config.ts'
import { loadRedactionKey } from '#runtime/config/redaction-key.ts'
import type { Clock } from '#runtime/core/clock.ts'
import { deriveId } from '#runtime/core/identity.ts'
import { strictObject } from '#runtime/core/strict-object.ts'
import { httpError } from '#runtime/http/error.ts'
import type { Agents, HttpApi, HttpApiContext } from '#runtime/service.ts'
import type { ReleaseDecided, RollbackRequested } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import { addRelease, emptyHistory, previousRelease, type ReleaseHistory, releaseOfRequest } from './release-history.ts'

const label = z.string().regex(/^[^\p{Cc}]{1,200}$/u, 'must have 1 to 200 characters, none of them a control character')

const rollbackBody = strictObject({
  to: label.optional().describe('Id of the release to restore; the previous one where it is left out.'),
  why: z.string().trim().min(1, 'say why').max(2_000).describe('The reason; it is published with the release.'),
  requestId: label.optional().describe('Sent again with the same id, a request changes nothing.'),
})

/** How long an answer waits for the rollback to be decided. */
const decisionWait = { milliseconds: 10_000, step: 20 }

type PromoterContext = Pick<HttpApiContext<'promoter'>, 'append'> & {
  readonly settings: Pick<Settings, 'redactionKey' | 'home'>
}
export type HttpApiPorts = { readonly agents: Pick<Agents, 'get'>; readonly clock: Clock }

/**
 * `POST /v1/agents/AGENT/rollback`: serves an earlier planner again. Answers 200 with the release once it is in the log, or 202 when
 * that takes longer. The request goes through a topic, so that it is decided in one order with the evaluations.
 */
export function httpApi(context: PromoterContext, { agents, clock }: HttpApiPorts): HttpApi<'promoter'> {
  const pseudonymOf = createPseudonymizer(loadRedactionKey(context.settings))
  const histories = new Map<string, ReleaseHistory>()
  const historyOf = (agent: string): ReleaseHistory => histories.get(agent) ?? emptyHistory

  const waitForRelease = async (agent: string, id: string): Promise<ReleaseDecided | undefined> => {
    for (let waited = 0; waited < decisionWait.milliseconds; waited += decisionWait.step) {
      const release = releaseOfRequest(historyOf(agent), id)
      if (release) return release
      await sleep(decisionWait.step)
    }
    return undefined
  }

  return {
    onRecord(followed) {
      if (followed.topic !== topic.releases) return
      const { event } = followed
      histories.set(event.agent, addRelease(historyOf(event.agent), event))
    },
    routes(app) {
      app.post<{ Params: { agent: string } }>(
        '/v1/agents/:agent/rollback',
        { config: { scope: 'admin' } },
        async (request, reply) => {
          const { agent } = request.params
          const { to, why, requestId = request.id } = rollbackBody.parse(request.body)
          if (!agents.get(agent)) throw httpError(404, 'unknown_agent', `agent: ${agent} is not registered with ingest`)
          const id = deriveId('promoter/v1/rollback', agent, requestId)
          if (!releaseOfRequest(historyOf(agent), id)) {
            const restored = restoredRelease(historyOf(agent), agent, to)
            const requestedBy = request.caller?.name ?? 'unknown'
            const asked = {
              id,
              at: Math.max(clock.now(), restored.at),
              requestedBy,
              why: redact(why, pseudonymOf).text,
            }
            await context.append(topic.rollbackRequests, [rollbackRequested(restored, asked)])
          }
          const release = await waitForRelease(agent, id)
          const { planner, previous, reasons } = release ?? { planner: null, previous: null, reasons: [] }
          return reply
            .code(release ? 200 : 202)
            .send({ agent, request: id, release: release?.id ?? null, planner, previous, reasons })
        },
      )
    },
  }
}

/** HttpError 404 where the release is unknown, 409 where nothing would change. */
function restoredRelease(history: ReleaseHistory, agent: string, to: string | undefined): ReleaseDecided {
  const served = history.active.at(-1)
  if (!served) throw httpError(409, 'nothing_released', `${agent} has no release: there is nothing to roll back`)
  const restored = to === undefined ? previousRelease(history) : history.byId.get(to)
  if (!restored && to !== undefined)
    throw httpError(404, 'unknown_release', `to: ${to} is no promotion or rollback of ${agent}`)
  if (!restored)
    throw httpError(409, 'no_previous_release', `nothing was released to ${agent} before ${served.id}: give a release`)
  if (restored.planner === served.planner)
    throw httpError(409, 'already_served', `the planner of ${restored.id} is served now: there is nothing to roll back`)
  return restored
}

function rollbackRequested(
  restored: ReleaseDecided,
  asked: Pick<RollbackRequested, 'id' | 'at' | 'requestedBy' | 'why'>,
): RollbackRequested {
  const { agent, planner, rung, datasetVersion, evaluationId, requestId } = restored
  const { accuracy, difference, lower, upper } = restored
  return {
    ...asked,
    parents: [restored.id],
    ...{ agent, planner, rung, datasetVersion, evaluationId, requestId, accuracy, difference, lower, upper },
  }
}
