import { type Logger, pino } from 'pino'
import { Counter, collectDefaultMetrics, Gauge, Histogram, register as processRegister, Registry } from 'prom-client'

/** Creates a logger that writes JSON lines to stderr; stdout is for the output of commands. Never log chat text or secrets. */
export function createLogger({ logLevel }: { readonly logLevel: string }): Logger {
  return pino({ level: logLevel, base: { pid: process.pid } }, pino.destination({ dest: 2, sync: true }))
}

/**
 * Creates the metrics of the runtime and of language models. A service declares its own metrics in its own code, in the default
 * registry of prom-client. `onScrape` adds a callback that is awaited before each scrape.
 */
export function createMetrics() {
  const register = new Registry()
  const registers = [register]
  collectDefaultMetrics({ register })
  const beforeScrape: (() => Promise<void>)[] = []
  return {
    /** These metrics and those of services, in the Prometheus text format. */
    text: async () => {
      await Promise.all(beforeScrape.map(callback => callback()))
      return Registry.merge([register, processRegister]).metrics()
    },
    onScrape: (callback: () => Promise<void>) => void beforeScrape.push(callback),
    contentType: register.contentType,
    records: new Counter({
      name: 'flywheel_records_total',
      help: 'Records consumed, by what became of them.',
      labelNames: ['service', 'topic', 'outcome'],
      registers,
    }),
    refusedRecords: new Counter({
      name: 'flywheel_refused_records_total',
      help: 'Records that became dead letters, by the code of the fault.',
      labelNames: ['service', 'topic', 'code'],
      registers,
    }),
    emitted: new Counter({
      name: 'flywheel_emitted_total',
      help: 'Events emitted.',
      labelNames: ['service', 'topic'],
      registers,
    }),
    retries: new Counter({
      name: 'flywheel_retries_total',
      help: 'Attempts that are tried again.',
      labelNames: ['service', 'code'],
      registers,
    }),
    followedSkipped: new Counter({
      name: 'flywheel_followed_skipped_total',
      help: 'Records of followed topics that cannot be decoded: no view of this process has them.',
      labelNames: ['topic', 'code'],
      registers,
    }),
    skippedRecords: new Counter({
      name: 'flywheel_skipped_records_total',
      help: 'Records that were deleted before a service decided them, at most.',
      labelNames: ['service', 'topic'],
      registers,
    }),
    repeatedRecords: new Counter({
      name: 'flywheel_repeated_records_total',
      help: 'Records that a service may decide again because the log has forgotten its position, at most.',
      labelNames: ['service', 'topic'],
      registers,
    }),
    requests: new Counter({
      name: 'flywheel_http_requests_total',
      help: 'HTTP requests answered, by route and status.',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    heldBytes: new Gauge({
      name: 'flywheel_http_held_bytes',
      help: 'Bytes reserved for the bodies of requests that are not answered yet.',
      registers,
    }),
    gatherSeconds: new Histogram({
      name: 'flywheel_gather_seconds',
      help: 'Time to gather the facts of one record.',
      labelNames: ['service'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600],
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'flywheel_commit_seconds',
      help: 'Time to decide and commit one batch.',
      labelNames: ['service'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    }),
    rebalances: new Counter({
      name: 'flywheel_rebalances_total',
      help: 'Assignments of partitions to this member of the consumer group: after it joined, and after each rebalance.',
      labelNames: ['service'],
      registers,
    }),
    fences: new Counter({
      name: 'flywheel_fences_total',
      help: 'Partitions that another process took over while this one still owned them.',
      labelNames: ['service'],
      registers,
    }),
    fetchQueueBytes: new Gauge({
      name: 'flywheel_fetch_queue_bytes',
      help: 'Bytes of records that were fetched from Kafka and are not prepared yet.',
      labelNames: ['service'],
      registers,
    }),
    restoredRecords: new Counter({
      name: 'flywheel_restore_records_total',
      help: 'Changelog records that were read to restore state.',
      labelNames: ['service'],
      registers,
    }),
    restoreRemaining: new Gauge({
      name: 'flywheel_restore_remaining_records',
      help: 'Changelog records that are left to read before a partition whose state is being restored can be processed, at most.',
      labelNames: ['service', 'partition'],
      registers,
    }),
    stateEntries: new Gauge({
      name: 'flywheel_state_entries',
      help: 'Entries of state in the partitions that this process has.',
      labelNames: ['service'],
      registers,
    }),
    stateBytes: new Gauge({
      name: 'flywheel_state_bytes',
      help: 'Size of these entries as JSON. Estimated where a partition has more than a thousand.',
      labelNames: ['service'],
      registers,
    }),
    snapshotAgeSeconds: new Gauge({
      name: 'flywheel_snapshot_age_seconds',
      help: 'Time since the oldest local copy of state was last at the end of its changelog.',
      labelNames: ['service'],
      registers,
    }),
    modelCalls: new Counter({
      name: 'flywheel_model_calls_total',
      help: 'Calls of a language model: answered, refused, failed, or cached and not made.',
      labelNames: ['service', 'model', 'outcome'],
      registers,
    }),
    modelTokens: new Counter({
      name: 'flywheel_model_tokens_total',
      help: 'Tokens that language models read (input) and wrote (output).',
      labelNames: ['service', 'model', 'kind'],
      registers,
    }),
    modelDollars: new Counter({
      name: 'flywheel_model_dollars_total',
      help: 'Cost of those tokens in US dollars; nothing where no price is set.',
      labelNames: ['service', 'model'],
      registers,
    }),
    modelSeconds: new Histogram({
      name: 'flywheel_model_seconds',
      help: 'Time of one call of a language model.',
      labelNames: ['service', 'model'],
      buckets: [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300],
      registers,
    }),
    lagRecords: new Gauge({
      name: 'flywheel_lag_records',
      help: 'Records that a service has not consumed.',
      labelNames: ['service', 'topic', 'partition'],
      registers,
    }),
    lagSeconds: new Gauge({
      name: 'flywheel_lag_seconds',
      help: 'Age of the oldest record that a service has not consumed; 0 where there is none.',
      labelNames: ['service', 'topic', 'partition'],
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
