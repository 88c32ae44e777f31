import { expect, test } from 'vitest'
import { splitFamilies } from '#planners/linear/model/split-families.ts'
import { chooseRetrieval } from '#planners/linear/proof/choose-retrieval.ts'
import type { PlannerUnderTest, ScoredGoldRow } from '#planners/linear/proof/planner-under-test.ts'

const rows: ScoredGoldRow[] = Array.from({ length: 200 }, (_, n) => ({
  row: { id: `r${n}`, family: `f${n}`, tool: 'quote', question: '' },
  own: new Float64Array(),
  near: Array.from({ length: 10 }, () => ({ id: '', tool: 'quote', similarity: 0.5 })),
}))

/** Its loss is least at five neighbours of weight .6 on these rows, and at weight .3 on all others. */
function agentBestOn(good: (prepared: ScoredGoldRow) => boolean, some = rows): PlannerUnderTest {
  return {
    rows: some,
    rightWith: () => true,
    brier: (prepared, shown, weight) =>
      Math.abs(weight - (good(prepared) ? 0.6 : 0.3)) + 0.01 * Math.abs(shown.length - 5),
  }
}

test('the use with the least loss on families that the prompt search holds back is chosen', () => {
  const held = new Set(
    splitFamilies(
      rows.map(({ row }) => row),
      0.25,
      'prompt-search/v1',
    ).held.map(({ id }) => id),
  )
  expect(chooseRetrieval(agentBestOn(({ row }) => held.has(row.id)))).toEqual({ neighbours: 5, weight: 0.6 })
})

test('with too few held families, all rows are judged', () => {
  const few = rows.slice(0, 30)
  expect(chooseRetrieval(agentBestOn(() => true, few))).toEqual({ neighbours: 5, weight: 0.6 })
})
