import type { PpiEstimate } from '#statistics/ppi.ts'
import { table } from '../table.ts'
import type { Quality } from './quality.ts'

export function qualityTable({ strata, accuracy }: Quality): string {
  const figure = (value: number | null): string => (value === null ? '-' : value.toFixed(3))
  const head = ['stratum', 'rows', 'ROC-AUC', 'kappa', 'TPR', 'TNR', 'ECE']
  const lines = strata.map(({ stratum, rows, area, kappa, truePositiveRate, trueNegativeRate, calibrationError }) => [
    stratum,
    rows,
    ...[area, kappa, truePositiveRate, trueNegativeRate, calibrationError].map(figure),
  ])
  const estimate = (found: PpiEstimate | null): string =>
    found ? `${figure(found.mean)} [${figure(found.interval.lower)}, ${figure(found.interval.upper)}]` : '-'
  const { truth, gold, goldAndJudge } = accuracy
  const about = `turns planned right: ${figure(truth)}; from gold ${estimate(gold)}, from gold and judge ${estimate(goldAndJudge)}`
  return `${table([head, ...lines])}\n${about}\n`
}
