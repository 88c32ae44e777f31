import type { ModelOpinion } from '#services/judge/packet.ts'

/** One text and one plan: the verdicts without and with the text. */
export type Pair = { readonly kind: string; readonly without: ModelOpinion; readonly withText: ModelOpinion }

export type Flips = {
  readonly pairs: number
  /** Pairs with a verdict on both sides. */
  readonly judged: number
  /** Pairs that were refused only with the text: the text prevented a verdict but did not change one. */
  readonly refused: number
  /** Of the judged pairs, those whose verdict changed between right and wrong. */
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

/** Where the verdict is undecided, the score decides. */
const saysRight = ({ toolCorrect, score }: NonNullable<ReturnType<typeof verdictOf>>): boolean =>
  toolCorrect ?? score >= 0.5
