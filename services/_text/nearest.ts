import { at } from '#runtime/core/checked.ts'

/** A known question near another one; `similarity` is the cosine of their feature vectors, in (0, 1]. */
export type Neighbour = { readonly id: string; readonly tool: string; readonly similarity: number }

/** The `count` largest positive similarities at allowed positions, largest first, ties by position. */
export function nearestPositions(
  similarities: Float32Array | Float64Array,
  count: number,
  allowed: (position: number) => boolean = () => true,
): { readonly at: number; readonly similarity: number }[] {
  const best: { at: number; similarity: number }[] = []
  let floor = 0
  for (let position = 0; position < similarities.length; position++) {
    // Within bounds by the loop's condition; a checked access or an iterator makes a search three times slower.
    const similarity = similarities[position] ?? 0
    if (similarity <= floor || !allowed(position)) continue
    let place = best.length
    while (place > 0 && similarity > at(best, place - 1).similarity) place--
    best.splice(place, 0, { at: position, similarity })
    if (best.length > count) best.pop()
    if (best.length === count) floor = at(best, count - 1).similarity
  }
  return best
}
