import type { AnyService } from '#runtime/service.ts'
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

/** Every service of the map, for running them in one process. */
export const all: Readonly<Record<ServiceName, AnyService>> = {
  ingest,
  sampler,
  annotation,
  judge,
  'self-play': selfPlay,
  curator,
  strategist,
  'prompt-tuner': promptTuner,
  trajectory,
  trainer,
  evaluator,
  promoter,
  gateway,
  console: consoleService,
}
