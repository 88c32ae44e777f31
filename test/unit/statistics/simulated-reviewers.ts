import { mulberry32 } from '#statistics/random.ts'

/** A reviewer who names another value at a rate, and calls right plans wrong at another. */
export type Simulated = { readonly errorRate: number; readonly severity: number }

/**
 * Items with a true value each, of which three of the reviewers, chosen by the seed, name one and say right or wrong. A plan
 * is right with the item's own probability; a severe reviewer says so less often, by the severity.
 */
export function simulate(seed: number, items: number, reviewers: readonly Simulated[], values: number) {
  const random = mulberry32(seed)
  return Array.from({ length: items }, (_none, at) => {
    const truth = Math.floor(random() * values)
    const quality = 0.3 + 0.4 * random()
    const chosen = reviewers
      .map((who, index) => ({ ...who, reviewer: `r${index}`, order: random() }))
      .sort((a, b) => a.order - b.order)
      .slice(0, 3)
    const votes = chosen.map(({ reviewer, errorRate, severity }) => {
      const slip = random() < errorRate ? 1 + Math.floor(random() * (values - 1)) : 0
      const verdict = random() < quality - severity ? ('right' as const) : ('wrong' as const)
      return { reviewer, value: `tool-${(truth + slip) % values}`, verdict }
    })
    return { item: `item-${at}`, truth: `tool-${truth}`, quality, votes }
  })
}

/** Pearson's. */
export function correlation(xs: readonly number[], ys: readonly number[]): number {
  const mean = (of: readonly number[]): number => of.reduce((sum, one) => sum + one, 0) / of.length
  const [mx, my] = [mean(xs), mean(ys)]
  const sum = (each: (at: number) => number): number => xs.reduce((total, _x, at) => total + each(at), 0)
  const dx = (at: number): number => (xs[at] ?? 0) - mx
  const dy = (at: number): number => (ys[at] ?? 0) - my
  return sum(at => dx(at) * dy(at)) / Math.sqrt(sum(at => dx(at) ** 2) * sum(at => dy(at) ** 2))
}
