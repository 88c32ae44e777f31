import { type Pseudonymizer, redact } from '#redaction/redact.ts'
import { digest } from '#runtime/core/identity.ts'
import type { ObjectStore } from '#runtime/objects/object-store.ts'
import type { ChatLogged } from '#schemas/events.ts'

type Prompt = { readonly digest: string; readonly content: Uint8Array }

/** Most prompts whose redaction is remembered: an agent has few. */
const maxKnown = 100

/** Keeps the system prompts of turns, redacted, in the object store; the turns carry their digest. */
export function createPrompts(objects: Pick<ObjectStore, 'put'>, pseudonymOf: Pseudonymizer) {
  const known = new Map<string, Prompt>()
  /** What an event names and is not stored yet; an event that is refused takes it along. */
  const unstored = new WeakMap<ChatLogged, Prompt>()

  const promptOf = (text: string): Prompt => {
    const before = known.get(text)
    if (before !== undefined) return before
    const content = Buffer.from(redact(text, pseudonymOf).text)
    const prompt = { digest: digest(content), content }
    if (known.size >= maxKnown) known.clear()
    known.set(text, prompt)
    return prompt
  }

  return {
    /** The turn with the digest of its prompt. `store` must have stored it before the turn is in the log. */
    named(turn: ChatLogged, text: string | null | undefined): ChatLogged {
      if (text == null || text.trim() === '') return turn
      const prompt = promptOf(text)
      const event = { ...turn, prompt: prompt.digest }
      unstored.set(event, prompt)
      return event
    },
    async store(turns: readonly ChatLogged[]): Promise<void> {
      const contents = new Map<string, Uint8Array>()
      for (const turn of turns) {
        const prompt = unstored.get(turn)
        if (prompt !== undefined) contents.set(prompt.digest, prompt.content)
      }
      await Promise.all(Array.from(contents.values(), content => objects.put(content)))
    },
  }
}
