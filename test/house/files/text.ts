/** A broken house rule: in which file, at which line where it is one line's, and what to do about it. */
export type Violation = { readonly path: string; readonly line?: number; readonly message: string }

/** Path in the repository to text. */
export type Files = ReadonlyMap<string, string>

/** For a test's message: one violation a line. */
export const violationLines = (violations: readonly Violation[]): readonly string[] =>
  violations.map(({ path, line, message }) => `${path}${line === undefined ? '' : `:${line}`} ${message}`)

/** The lines of a text without comments that begin a line or follow a blank; lines keep their numbers. */
export function codeLines(text: string): readonly string[] {
  return text
    .replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, comment => comment.replace(/[^\n]/g, ''))
    .replace(/(^|[ \t])\/\/ .*$/gm, '$1')
    .split('\n')
}

export const withoutStrings = (code: string): string => code.replace(/(['"])(?:\\.|(?!\1).)*\1/g, '$1$1')

/** Each line in which `pattern` matches outside of comments and strings, with what matched. */
export function linesWith(pattern: RegExp, text: string): readonly { readonly line: number; readonly found: string }[] {
  return codeLines(text).flatMap((code, index) => {
    const match = pattern.exec(withoutStrings(code))
    return match === null ? [] : [{ line: index + 1, found: match[0] }]
  })
}
