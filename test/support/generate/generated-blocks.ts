/** How a generated block is marked in a kind of file. */
const blockMarkers = {
  md: (name: string) => [`<!-- generated:${name} -->`, '<!-- /generated -->'] as const,
  yml: (name: string) => [`  # generated:${name} (npm run generate)`, '  # /generated'] as const,
}

/** The text with the named block filled anew. Throws when the block is not there exactly once, or does not end. */
export function fillBlock(kind: keyof typeof blockMarkers, text: string, name: string, content: string): string {
  const [open, close] = blockMarkers[kind](name)
  const [before, rest, ...more] = text.split(`${open}\n`)
  const end = rest?.indexOf(`${close}\n`) ?? -1
  if (before === undefined || rest === undefined || more.length > 0 || end < 0)
    throw new Error(`one block from '${open}' to '${close}' is needed`)
  return `${before}${open}\n${content}\n${rest.slice(end)}`
}
