/** The marks of a generated block, by kind of file. */
const blockMarkers = {
  md: (name: string) => [`<!-- generated:${name} -->`, '<!-- /generated -->'] as const,
  yml: (name: string) => [`  # generated:${name} (npm run generate)`, '  # /generated'] as const,
}

/** The text with new content in the named block. Throws unless the block is there exactly once and ends. */
export function fillBlock(kind: keyof typeof blockMarkers, text: string, name: string, content: string): string {
  const [open, close] = blockMarkers[kind](name)
  const [before, rest, ...more] = text.split(`${open}\n`)
  const end = rest?.indexOf(`${close}\n`) ?? -1
  if (before === undefined || rest === undefined || more.length > 0 || end < 0)
    throw new Error(`there must be one block from '${open}' to '${close}'`)
  return `${before}${open}\n${content}\n${rest.slice(end)}`
}
