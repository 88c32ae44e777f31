import { at } from '#runtime/core/checked.ts'

/** A known question near another one; `similarity` is the cosine of their feature vectors, in (0, 1]. */
export type Neighbour = { readonly id: string; readonly tool: string; readonly similarity: number }

/** The `count` largest positive values at allowed positions, largest first, ties by position. */
export function topPositions(
  values: Float32Array | Float64Array,
  count: number,
  allowed: (position: number) => boolean = () => true,
): { readonly position: number; readonly value: number }[] {
  const best: { position: number; value: number }[] = []
  let floor = 0
  for (let position = 0; position < values.length; position++) {
    // Within bounds by the loop's condition; a checked access or an iterator makes a search three times slower.
    const value = values[position] ?? 0
    if (value <= floor || !allowed(position)) continue
    let place = best.length
    while (place > 0 && value > at(best, place - 1).value) place--
    best.splice(place, 0, { position, value })
    if (best.length > count) best.pop()
    if (best.length === count) floor = at(best, count - 1).value
  }
  return best
}
