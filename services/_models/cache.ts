import { z } from 'zod'
import { canonical, deriveId } from '#runtime/core/identity.ts'
import { getJson, type ObjectStore, putJson } from '#runtime/objects/object-store.ts'
import { around, type Completion, type LanguageModel, type Prompt } from './language-model.ts'
import type { ModelLedger } from './ledger.ts'
import { problemOf } from './repair.ts'

type Remembered = Pick<Completion, 'text' | 'model'> & { readonly format: 1 }

/**
 * The same prompt to the same model is asked once: its answer is an object of the store, found by a hash of the prompt. `hit`
 * counts.
 */
export function withCache(
  inner: LanguageModel,
  ledger: Pick<ModelLedger, 'remember' | 'recall'>,
  objects: ObjectStore,
  hit: () => void,
): LanguageModel {
  return around(inner, async (prompt, signal) => {
    const started = performance.now()
    const key = keyOf(inner.name, prompt)
    const known = await recall(key)
    if (known !== undefined && problemOf(prompt, known.text) === undefined) {
      hit()
      const { text, model } = known
      return { text, model, usage: { inputTokens: 0, outputTokens: 0 }, milliseconds: performance.now() - started }
    }
    const answer = await inner.complete(prompt, signal)
    if ('refused' in answer) return answer
    const { text, model } = answer
    ledger.remember(key, await putJson(objects, canonical({ format: 1, text, model } satisfies Remembered)))
    return answer
  })

  /** Undefined also where the object is gone: then it is asked again. */
  async function recall(key: string): Promise<Remembered | undefined> {
    const digest = ledger.recall(key)
    return digest !== undefined && (await objects.has(digest)) ? getJson<Remembered>(objects, digest) : undefined
  }
}

const keyOf = (name: string, { messages, maxTokens, schema }: Prompt): string =>
  deriveId(
    'language-model/v1',
    name,
    canonical({ messages, maxTokens, schema: schema ? z.toJSONSchema(schema, { io: 'input' }) : null }),
  )
