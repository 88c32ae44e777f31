import { decorate, type LanguageModel } from './language-model.ts'

/** At most `limit` attempts at once; further ones wait in order. */
export function withConcurrency(inner: LanguageModel, limit: number): LanguageModel {
  let free = limit
  const waiting: (() => void)[] = []
  const release = (): void => {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
  return decorate(inner, async (prompt, signal) => {
    if (free > 0) free--
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      signal.throwIfAborted()
      return await inner.complete(prompt, signal)
    } finally {
      release()
    }
  })
}
