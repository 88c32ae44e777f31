import { z } from 'zod'
import { canonicalJson, deriveId } from '#runtime/core/identity.ts'
import { getJson, type ObjectStore, putJson } from '#runtime/objects/object-store.ts'
import { type Completion, decorate, type LanguageModel, type Prompt } from './language-model.ts'
import type { ModelLedger } from './ledger.ts'
import { schemaProblem } from './repair.ts'

type CachedAnswer = Pick<Completion, 'text' | 'model'> & { readonly format: 1 }

/**
 * Answers a prompt that the same model has answered before from the object store, by a hash of the prompt. `onHit` is called for each
 * answer from the cache.
 */
export function withCache(
  inner: LanguageModel,
  ledger: Pick<ModelLedger, 'storeAnswer' | 'findAnswer'>,
  objects: ObjectStore,
  onHit: () => void,
): LanguageModel {
  return decorate(inner, async (prompt, signal) => {
    const started = performance.now()
    const key = cacheKey(inner.name, prompt)
    const cached = await findCached(key)
    if (cached !== undefined && schemaProblem(prompt, cached.text) === undefined) {
      onHit()
      const { text, model } = cached
      return { text, model, usage: { inputTokens: 0, outputTokens: 0 }, milliseconds: performance.now() - started }
    }
    const answer = await inner.complete(prompt, signal)
    if ('refused' in answer) return answer
    const { text, model } = answer
    ledger.storeAnswer(key, await putJson(objects, canonicalJson({ format: 1, text, model } satisfies CachedAnswer)))
    return answer
  })

  /** Undefined also where the object was deleted: then the model is asked again. */
  async function findCached(key: string): Promise<CachedAnswer | undefined> {
    const digest = ledger.findAnswer(key)
    return digest !== undefined && (await objects.has(digest)) ? getJson<CachedAnswer>(objects, digest) : undefined
  }
}

const cacheKey = (name: string, { messages, maxTokens, schema }: Prompt): string =>
  deriveId(
    'language-model/v1',
    name,
    canonicalJson({ messages, maxTokens, schema: schema ? z.toJSONSchema(schema, { io: 'input' }) : null }),
  )
