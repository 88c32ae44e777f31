/** A score that signals gave, and whether gold later called the plan right. */
export type Pair = readonly [score: number, right: boolean]

/** The newest pairs: an instrument is trusted for what it does now. */
const remembered = 200
const leastPairs = 50
/** With fewer of either, the ranking of one plan more would swing the measure. */
const leastOfEach = 10
const leastArea = 0.7

export function withPair(pairs: readonly Pair[], pair: Pair): readonly Pair[] {
  return [...pairs, pair].slice(-remembered)
}

/**
 * Area under the ROC curve: the chance that a right plan scores above a wrong one, ties counting half (Hanley and McNeil,
 * Radiology, 1982). undefined without both kinds.
 */
export function area(pairs: readonly Pair[]): number | undefined {
  const [right, wrong] = [true, false].map(kind => pairs.filter(pair => pair[1] === kind).map(([score]) => score))
  if (!right?.length || !wrong?.length) return undefined
  let wins = 0
  for (const high of right) for (const low of wrong) wins += high > low ? 1 : high === low ? 0.5 : 0
  return wins / (right.length * wrong.length)
}

/** Scores from signals count only while they rank plans as gold does. */
export function isCalibrated(pairs: readonly Pair[]): boolean {
  const right = pairs.filter(([, isRight]) => isRight).length
  if (pairs.length < leastPairs || Math.min(right, pairs.length - right) < leastOfEach) return false
  return (area(pairs) ?? 0) >= leastArea
}
