import type { ChatLogged, Message } from '#schemas/events.ts'

/** Most bytes of the messages before a turn, as JSON. */
const maxEarlierBytes = 64 * 1024

export const jsonBytes = (message: Message): number => Buffer.byteLength(JSON.stringify(message))

/** The newest messages that fit, and how many older ones were left out. `sizes` are their bytes as JSON. */
export function newestMessages(
  messages: readonly Message[],
  sizes: readonly number[] = messages.map(jsonBytes),
): Pick<ChatLogged, 'earlier' | 'earlierCut'> {
  let bytes = 0
  const first = sizes.findLastIndex(size => {
    bytes += size
    return bytes > maxEarlierBytes
  })
  return { earlier: messages.slice(first + 1), earlierCut: first + 1 }
}
