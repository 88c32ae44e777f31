import { Gauge, register } from 'prom-client'
import type { Clock } from '#runtime/core/clock.ts'
import type { Freshness } from './freshness.ts'
import type { KnownLogState } from './log-state.ts'
import { lostRecords, type ReconciledHour, shownHours } from './reconcile.ts'
import type { LogState, ServiceView } from './status.ts'

const freshnessGauges = {
  flywheel_freshness_objective_share: ['The share of scores that should be fresh.', view => view.objective],
  flywheel_freshness_objective_seconds: ['Seconds within which a score is fresh.', view => view.withinSeconds],
  flywheel_freshness_share: [
    'The share of the scores of the last hour and of what is overdue that was fresh; absent without either.',
    view => view.attained,
  ],
  flywheel_freshness_overdue_records: [
    'Turns and samples that wait for a score for longer than the objective allows.',
    view => view.overdue,
  ],
  flywheel_freshness_scores: ['Scores of production turns in the last hour.', view => view.scores],
} as const satisfies Record<string, readonly [help: string, of: (view: Freshness) => number | null]>

const metricNames = {
  unresolved: 'flywheel_dead_letters_unresolved',
  stateAge: 'flywheel_log_state_age_seconds',
  freshnessSeconds: 'flywheel_freshness_seconds',
  reconciledRecords: 'flywheel_reconciled_records',
  lostRecords: 'flywheel_reconciled_lost_records',
} as const

/** What the metrics show; each is called when the metrics are collected. */
export type MetricSources = {
  readonly freshness: (state: LogState) => Freshness
  readonly logState: () => Promise<KnownLogState>
  readonly clock: Clock
}

/** Registers the console's metrics. They are of the newest console in the process: a second one replaces those of the first. */
export function registerMetrics({ freshness, logState, clock }: MetricSources): void {
  for (const name of [...Object.keys(freshnessGauges), ...Object.values(metricNames)]) register.removeSingleMetric(name)
  const known = (): Promise<KnownLogState | undefined> => logState().catch(() => undefined)
  registerStateAge(async () => (await known())?.state, clock)
  // While the log does not answer there are no figures: old ones would look like current ones.
  const current = async (): Promise<LogState | undefined> => {
    const answered = await known()
    return answered?.outage === null ? answered.state : undefined
  }
  registerFreshness(async () => {
    const state = await current()
    return state && freshness(state)
  })
  registerReconciliation(async () => (await current())?.hours ?? [])
  registerDeadLetters(async () => (await current())?.services ?? [])
}

function registerStateAge(lastKnown: () => Promise<LogState | undefined>, clock: Clock): void {
  new Gauge({
    name: metricNames.stateAge,
    help: 'Seconds since the event log told the console its state; grows during an outage, absent before the first answer.',
    async collect() {
      this.remove()
      const state = await lastKnown()
      if (state !== undefined) this.set((clock.now() - state.at) / 1000)
    },
  })
}

function registerFreshness(current: () => Promise<Freshness | undefined>): void {
  for (const [name, [help, figureOf]] of Object.entries(freshnessGauges))
    new Gauge({
      ...{ name, help, labelNames: ['topic'] },
      async collect() {
        this.reset()
        const view = await current()
        const value = view ? figureOf(view) : null
        if (view && value !== null) this.set({ topic: view.topic }, value)
      },
    })
  new Gauge({
    name: metricNames.freshnessSeconds,
    help: 'Seconds from the append of a turn to that of its score, in the last hour; absent without scores.',
    labelNames: ['topic', 'quantile'],
    async collect() {
      this.reset()
      const view = await current()
      if (!view) return
      const { topic, p50Seconds, p95Seconds } = view
      if (p50Seconds !== null) this.set({ topic, quantile: '0.5' }, p50Seconds)
      if (p95Seconds !== null) this.set({ topic, quantile: '0.95' }, p95Seconds)
    },
  })
}

function registerDeadLetters(current: () => Promise<readonly ServiceView[]>): void {
  new Gauge({
    name: metricNames.unresolved,
    help: 'Dead letters that are neither re-driven nor discarded, by the topic of the refused record; counted up to 10,000 of a service.',
    labelNames: ['service', 'topic'],
    async collect() {
      this.reset()
      for (const { name: service, unresolvedByTopic } of await current())
        for (const { topic, records } of unresolvedByTopic) this.set({ service, topic }, records)
    },
  })
}

function registerReconciliation(current: () => Promise<readonly ReconciledHour[]>): void {
  new Gauge({
    name: metricNames.reconciledRecords,
    help: `Records of the last ${shownHours} hours: accepted, logged and direct by their arrival, appended and consumed by append time.`,
    labelNames: ['topic', 'stage', 'group'],
    async collect() {
      this.reset()
      for (const { topic, accepted, logged, direct, appended, consumed } of await current()) {
        for (const [stage, records] of Object.entries({ accepted, logged, direct, appended }))
          if (records !== null) this.inc({ topic, stage, group: '' }, records)
        for (const [group, records] of Object.entries(consumed)) this.inc({ topic, stage: 'consumed', group }, records)
      }
    },
  })
  new Gauge({
    name: metricNames.lostRecords,
    help: 'Records of past hours that were accepted and are not in the log. Alert above 0.',
    labelNames: ['topic'],
    async collect() {
      this.reset()
      for (const hour of await current()) this.inc({ topic: hour.topic }, lostRecords(hour))
    },
  })
}
