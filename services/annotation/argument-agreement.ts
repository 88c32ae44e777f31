import type { ArgumentVote } from './argument-votes.ts'
import type { Overlap } from './state.ts'

/** How often two reviewers of an item said the same; `pairs` is the number of pairs of reviews. */
export type PairAgreement = { readonly pairs: number; readonly share: number }
export type PartAgreement = {
  /** Of the tools, by step of the turn. */
  readonly steps: readonly (PairAgreement & { readonly step: number })[]
  /** Of the values of an argument, among reviewers who called its tool; `argument` is empty for a tool that takes a text. */
  readonly arguments: readonly (PairAgreement & { readonly tool: string; readonly argument: string })[]
}

/** Overlaps from before arguments were kept are left out. */
export function partAgreement(overlaps: readonly Overlap[]): PartAgreement {
  const steps = new Map<number, boolean[]>()
  const values = new Map<string, boolean[]>()
  const note = <K>(of: Map<K, boolean[]>, key: K, isSame: boolean): void => {
    const known = of.get(key)
    if (known) known.push(isSame)
    else of.set(key, [isSame])
  }
  for (const { reviews, step } of overlaps) {
    if (step === undefined) continue
    const able = reviews.filter(({ tools }) => tools !== null)
    for (const [at, one] of able.entries())
      for (const other of able.slice(at + 1)) {
        note(steps, step, one.tools === other.tools)
        for (const [name, isSame] of sharedArguments(one.arguments ?? [], other.arguments ?? []))
          note(values, name, isSame)
      }
  }
  const shareOf = (same: readonly boolean[]): PairAgreement => ({
    pairs: same.length,
    share: same.filter(Boolean).length / same.length,
  })
  return {
    steps: [...steps].sort(([a], [b]) => a - b).map(([step, same]) => ({ step, ...shareOf(same) })),
    arguments: [...values]
      .map(([name, same]) => ({ ...nameOf(name), ...shareOf(same) }))
      .sort((a, b) => b.pairs - a.pairs || (a.tool + a.argument < b.tool + b.argument ? -1 : 1)),
  }
}

/** Whether two reviewers gave the same value, for each argument of a tool that both called; one that only one of them gave differs. */
function sharedArguments(
  one: readonly ArgumentVote[],
  other: readonly ArgumentVote[],
): readonly (readonly [name: string, isSame: boolean])[] {
  const toolsOfOther = new Set(other.map(({ tool }) => tool))
  const both = new Set(one.map(({ tool }) => tool).filter(tool => toolsOfOther.has(tool)))
  const values = (votes: readonly ArgumentVote[]): Map<string, string> =>
    new Map(
      votes.filter(({ tool }) => both.has(tool)).map(vote => [JSON.stringify([vote.tool, vote.argument]), vote.value]),
    )
  const [mine, theirs] = [values(one), values(other)]
  return [...new Set([...mine.keys(), ...theirs.keys()])].map(name => [name, mine.get(name) === theirs.get(name)])
}

const nameOf = (name: string): { tool: string; argument: string } => {
  const [tool, argument] = JSON.parse(name) as [string, string]
  return { tool, argument }
}
