import { readSettings, type Settings } from '#runtime/config/config.ts'
import { systemClock } from '#runtime/core/clock.ts'
import { describeError } from '#runtime/core/describe-error.ts'
import { kafkaSettings } from '#runtime/host/open-kafka.ts'
import { createRuntime, openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'
import type { KafkaSettings } from '#runtime/log/kafka/connection/client.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { openObjects } from '#runtime/objects/open-objects.ts'
import { openHttpRegistry } from '#runtime/registry/http.ts'
import { createLogger } from '#runtime/telemetry/telemetry.ts'

/**
 * Runs a worker process of the harness: settings from the environment, options from its argument, as JSON. `work` ends at
 * SIGTERM; then the process must end by itself.
 */
export async function runWorker<Options>(
  work: (runtime: Runtime, options: Options, signal: AbortSignal) => Promise<void>,
  kafka?: (options: Options) => Partial<KafkaSettings>,
): Promise<void> {
  const options: Options = JSON.parse(process.argv[2] ?? '')
  const stopping = new AbortController()
  process.once('SIGTERM', () => stopping.abort())
  try {
    const settings = readSettings(process.env)
    const runtime = kafka ? await openOnKafka(settings, kafka(options)) : await openRuntime(settings)
    try {
      await work(runtime, options, stopping.signal)
    } finally {
      await runtime.close()
    }
  } catch (error) {
    process.exitCode = 1
    process.stderr.write(`${describeError(error)}\n`)
  }
  // The channel to the harness would keep the process alive.
  process.removeAllListeners('disconnect')
  if (process.connected) process.disconnect()
}

/** With settings that only the harness has: a client id for each worker, and short sessions. */
async function openOnKafka(settings: Settings, own: Partial<KafkaSettings>): Promise<Runtime> {
  const { kafka = '', registry = '' } = settings
  const logger = createLogger(settings)
  const log = await openKafkaLog({ ...kafkaSettings(settings, kafka, logger), ...own })
  const connections = { log, registry: openHttpRegistry(registry), objects: await openObjects(settings) }
  return createRuntime(connections, settings, logger, systemClock)
}
