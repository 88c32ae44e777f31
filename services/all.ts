import { type LanguageModels, openLanguageModels } from '#models/open.ts'
import { openPlanners } from '#planners/open.ts'
import type { Runtime } from '#runtime/host/open-runtime.ts'
import { type AnyService, eraseTypes, type RunnableService, withPorts } from '#runtime/processing/any-service.ts'
import type { RuntimePorts } from '#runtime/service.ts'
import type { ServiceName } from '#topology/types.ts'
import { annotation } from './annotation/service.ts'
import { consoleService } from './console/service.ts'
import { curator } from './curator/service.ts'
import { evaluator } from './evaluator/service.ts'
import { gateway } from './gateway/service.ts'
import { ingest } from './ingest/service.ts'
import { judge } from './judge/service.ts'
import { promoter } from './promoter/service.ts'
import { promptTuner } from './prompt-tuner/service.ts'
import { sampler } from './sampler/service.ts'
import { selfPlay } from './self-play/service.ts'
import { strategist } from './strategist/service.ts'
import { trainer } from './trainer/service.ts'
import { trajectory } from './trajectory/service.ts'

/** The ports of all services. */
type AllPorts = RuntimePorts & {
  readonly planners: ReturnType<typeof openPlanners>
  readonly languageModel: ReturnType<LanguageModels['forService']>
}

/** Every service of the map. */
export const all: Readonly<Record<ServiceName, AnyService<AllPorts>>> = {
  ingest: eraseTypes(ingest),
  sampler: eraseTypes(sampler),
  annotation: eraseTypes(annotation),
  judge: eraseTypes(judge),
  'self-play': eraseTypes(selfPlay),
  curator: eraseTypes(curator),
  strategist: eraseTypes(strategist),
  'prompt-tuner': eraseTypes(promptTuner),
  trajectory: eraseTypes(trajectory),
  trainer: eraseTypes(trainer),
  evaluator: eraseTypes(evaluator),
  promoter: eraseTypes(promoter),
  gateway: eraseTypes(gateway),
  console: eraseTypes(consoleService),
}

/** Services with their ports, for running them in one process. Planners and the language model are opened once for all. */
export async function openServices(
  runtime: Runtime,
  names: readonly ServiceName[],
): Promise<readonly RunnableService[]> {
  const { agents, clock, objects, workerPool } = runtime
  const planners = openPlanners(runtime)
  const languageModels = await openLanguageModels(runtime)
  return names.map(name => {
    const languageModel = languageModels.forService(name)
    return withPorts(all[name], { agents, clock, objects, workerPool, planners, languageModel })
  })
}
