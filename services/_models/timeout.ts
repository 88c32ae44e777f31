import { Fault } from '#runtime/core/faults.ts'
import { decorate, type LanguageModel } from './language-model.ts'

/** FLY_MODEL when an attempt takes longer. */
export function withTimeout(inner: LanguageModel, milliseconds: number): LanguageModel {
  return decorate(inner, async (prompt, signal) => {
    const timeout = AbortSignal.timeout(milliseconds)
    try {
      return await inner.complete(prompt, AbortSignal.any([signal, timeout]))
    } catch (error) {
      signal.throwIfAborted()
      if (!timeout.aborted) throw error
      throw new Fault('FLY_MODEL', `language model ${inner.name} gave no answer within ${milliseconds} ms`)
    }
  })
}
