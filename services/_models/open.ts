import type { Settings } from '#runtime/config/config.ts'
import type { Clock } from '#runtime/core/clock.ts'
import type { ObjectStore } from '#runtime/objects/object-store.ts'
import type { Metrics } from '#runtime/telemetry/telemetry.ts'
import type { ServiceName } from '#topology/types.ts'
import { withBudget } from './budget.ts'
import { withCache } from './cache.ts'
import { withConcurrency } from './concurrency.ts'
import type { LanguageModel } from './language-model.ts'
import { type ModelLedger, openModelLedger } from './ledger.ts'
import { withMetrics } from './metrics.ts'
import { withRepair } from './repair.ts'
import { withRetries } from './retries.ts'
import { withTimeout } from './timeout.ts'

/** The language model of the settings, with a budget for each service. */
export type LanguageModels = {
  /** Undefined where the settings name no model: every stage has a method without one. */
  readonly forService: (service: ServiceName) => LanguageModel | undefined
}

type ModelDependencies = {
  readonly settings: Settings
  readonly clock: Clock
  readonly objects: ObjectStore
  readonly metrics: Metrics
  /** Registers a function to call when the process closes its resources. */
  readonly onClose: (close: () => void) => void
}

export async function openLanguageModels(dependencies: ModelDependencies): Promise<LanguageModels> {
  const { settings, clock, onClose } = dependencies
  const adapter = await openAdapter(settings, clock)
  if (adapter === undefined) return { forService: () => undefined }
  const ledger = openModelLedger(settings.home)
  onClose(() => ledger.close())
  const opened = new Map<ServiceName, LanguageModel>()
  const forService = (service: ServiceName): LanguageModel => {
    const model = opened.get(service) ?? decorateAdapter(adapter, service, ledger, dependencies)
    opened.set(service, model)
    return model
  }
  return { forService }
}

/** Loads only the client that is used: both are large. */
async function openAdapter({ model, modelUrl, modelKey }: Settings, clock: Clock): Promise<LanguageModel | undefined> {
  if (model === undefined) return undefined
  if (modelUrl === undefined) return (await import('./adapters/bedrock.ts')).openBedrockModel(model, clock)
  return (await import('./adapters/openai.ts')).openOpenaiModel(model, { url: modelUrl, key: modelKey }, clock)
}

/** From the inside out. The order matters: cached answers use no budget, and a pause between attempts occupies no place of `concurrency`. */
function decorateAdapter(
  adapter: LanguageModel,
  service: ServiceName,
  ledger: ModelLedger,
  { settings, clock, objects, metrics }: ModelDependencies,
): LanguageModel {
  const { modelInputPrice: input, modelOutputPrice: output } = settings
  const price = input !== undefined && output !== undefined ? { input, output } : undefined
  let model = withTimeout(adapter, settings.modelTimeoutSeconds * 1000)
  model = withBudget(model, { service, tokensPerDay: settings.modelTokensPerDay }, ledger, clock)
  model = withMetrics(model, service, price, metrics)
  model = withConcurrency(model, settings.modelConcurrency)
  model = withRetries(model, () => metrics.retries.inc({ service, code: 'FLY_MODEL' }))
  model = withRepair(model)
  return withCache(model, ledger, objects, () =>
    metrics.modelCalls.inc({ service, model: adapter.name, outcome: 'cached' }),
  )
}
