import { Fault } from '#runtime/core/faults.ts'
import { decorate, type LanguageModel } from './language-model.ts'

/** One attempt takes at most so long: FLY_MODEL. */
export function withTimeout(inner: LanguageModel, milliseconds: number): LanguageModel {
  return decorate(inner, async (prompt, signal) => {
    const late = AbortSignal.timeout(milliseconds)
    try {
      return await inner.complete(prompt, AbortSignal.any([signal, late]))
    } catch (error) {
      signal.throwIfAborted()
      if (!late.aborted) throw error
      throw new Fault('FLY_MODEL', `language model ${inner.name} gave no answer within ${milliseconds} ms`)
    }
  })
}
