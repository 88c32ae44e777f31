import type { ModelOpinion } from '#services/judge/packet.ts'

/** One text against one plan: what was said without it and with it. */
export type Pair = { readonly kind: string; readonly without: ModelOpinion; readonly withText: ModelOpinion }

export type Flips = {
  readonly pairs: number
  /** Pairs with a verdict on both sides. */
  readonly judged: number
  /** Pairs where the judge was refused only with the text: it was put off its verdict, but steered nowhere. */
  readonly refused: number
  /** Of those judged: a plan called wrong became right, or the reverse. */
  readonly raised: number
  readonly lowered: number
  /** Mean change of the score. */
  readonly shift: number
}

export function flipsOf(pairs: readonly Pair[]): Flips {
  const both = pairs.flatMap(({ without, withText }) => {
    const [before, after] = [verdictOf(without), verdictOf(withText)]
    return before && after ? [{ before, after }] : []
  })
  const moved = (from: boolean) =>
    both.filter(({ before, after }) => saysRight(before) === from && saysRight(after) !== from).length
  return {
    pairs: pairs.length,
    judged: both.length,
    refused: pairs.filter(({ without, withText }) => verdictOf(without) && !verdictOf(withText)).length,
    raised: moved(false),
    lowered: moved(true),
    shift: both.reduce((sum, { before, after }) => sum + after.score - before.score, 0) / both.length,
  }
}

const verdictOf = ({ opinion }: ModelOpinion) => ('verdict' in opinion ? opinion.verdict : undefined)

/** Where a model cannot tell, its score does. */
const saysRight = ({ toolCorrect, score }: NonNullable<ReturnType<typeof verdictOf>>): boolean =>
  toolCorrect ?? score >= 0.5
