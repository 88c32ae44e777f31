import { readFileSync } from 'node:fs'

/**
 * A fenced block of a Markdown page. Behind its language, a fence may say `file=NAME`: readers save the block under that name;
 * and `needs=kafka` or `needs=docker`: it runs only with that.
 */
export type CodeBlock = {
  readonly language: string
  readonly file?: string
  readonly needs?: string
  readonly text: string
}

export function codeBlocks(markdown: string): readonly CodeBlock[] {
  return Array.from(markdown.matchAll(/^```([^\n]*)\n(.*?)^```$/gms), ([, info = '', text = '']) => {
    const [language = '', ...attributes] = info.trim().split(/\s+/)
    const given = Object.fromEntries(attributes.map(attribute => attribute.split('=', 2)))
    return { language, text, ...given }
  })
}

/** The first block of that language on a page. */
export function blockOf(page: string, language: string): string {
  const block = codeBlocks(readFileSync(page, 'utf8')).find(one => one.language === language)
  if (block) return block.text
  throw new Error(`${page} has no block of ${language}`)
}

/** Commands of this repository in the running text of a page, between backquotes. */
export function inlineCommands(markdown: string): readonly string[] {
  const prose = markdown.replaceAll(/^```.*?^```$/gms, '')
  return Array.from(prose.matchAll(/`((?:npx )?flywheel [^`]+|npm (?:start|test|run)\b[^`]*)`/g), ([, command = '']) =>
    command.trim(),
  )
}
