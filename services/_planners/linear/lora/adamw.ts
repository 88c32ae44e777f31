import { Fault } from '#runtime/core/faults.ts'

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

/**
 * The AdamW update of one parameter array (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019).
 * Returns a function that moves the parameters, in place, one step against the gradient, which has the same length: so `?? 0`
 * never applies.
 */
export function createAdamW(parameters: Float32Array): (gradient: Float32Array, rate: number, decay: number) => void {
  const mean = new Float32Array(parameters.length)
  const square = new Float32Array(parameters.length)
  let steps = 0
  return (gradient, rate, decay) => {
    if (gradient.length !== parameters.length) throw new Fault('FLY_BUG', 'the gradient is not of the parameters')
    steps++
    const firstShare = rate / (1 - BETA1 ** steps)
    const secondShare = 1 / Math.sqrt(1 - BETA2 ** steps)
    const shrink = 1 - rate * decay
    for (let at = 0; at < parameters.length; at++) {
      const slope = gradient[at] ?? 0
      const first = BETA1 * (mean[at] ?? 0) + (1 - BETA1) * slope
      const second = BETA2 * (square[at] ?? 0) + (1 - BETA2) * slope * slope
      mean[at] = first
      square[at] = second
      parameters[at] =
        shrink * (parameters[at] ?? 0) - (firstShare * first) / (Math.sqrt(second) * secondShare + EPSILON)
    }
  }
}
