import { httpError } from '#runtime/http/error.ts'
import type { HttpApi, HttpApiContext } from '#runtime/service.ts'
import { reportOf } from './report.ts'

/** The report on an agent's plans and on the judge's versions. One partition, and so one process, holds all of an agent. */
export function httpApi({ partitionStates }: Pick<HttpApiContext<'judge'>, 'partitionStates'>): HttpApi<'judge'> {
  return {
    routes(app) {
      app.get<{ Params: { agent: string } }>('/v1/judge/:agent', async ({ params: { agent } }) => {
        const report = partitionStates().flatMap(state => reportOf(state, agent) ?? [])[0]
        if (!report) throw httpError(404, 'unknown_agent', `agent: no sample of ${agent} was judged in this process`)
        return { agent, ...report }
      })
    },
  }
}
