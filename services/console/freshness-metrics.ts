import { Gauge, register } from 'prom-client'
import type { Freshness } from './freshness.ts'

const labels = ['topic'] as const

const gauges = {
  flywheel_freshness_objective_share: ['The share of scores that is to be fresh.', view => view.objective],
  flywheel_freshness_objective_seconds: ['Seconds within which a score is fresh.', view => view.withinSeconds],
  flywheel_freshness_share: [
    'The share of the last hour that was fresh; absent without scores.',
    view => view.attained,
  ],
  flywheel_freshness_scores: ['Scores of production turns in the last hour.', view => view.scores],
} as const satisfies Record<string, readonly [help: string, of: (view: Freshness) => number | null]>

const secondsMetric = 'flywheel_freshness_seconds'

/** The objective, and what is kept of it, asked when the metrics are. A second console of this process takes the first one's place. */
export function registerFreshnessMetrics(current: () => Freshness): void {
  for (const name of [...Object.keys(gauges), secondsMetric]) register.removeSingleMetric(name)
  for (const [name, [help, of]] of Object.entries(gauges))
    new Gauge({
      ...{ name, help, labelNames: labels },
      collect() {
        this.reset()
        const view = current()
        const value = of(view)
        if (value !== null) this.set({ topic: view.topic }, value)
      },
    })
  new Gauge({
    name: secondsMetric,
    help: 'Seconds from the append of a turn to that of its score, in the last hour; absent without scores.',
    labelNames: ['topic', 'quantile'],
    collect() {
      this.reset()
      const { topic, p50Seconds, p95Seconds } = current()
      if (p50Seconds !== null) this.set({ topic, quantile: '0.5' }, p50Seconds)
      if (p95Seconds !== null) this.set({ topic, quantile: '0.95' }, p95Seconds)
    },
  })
}
