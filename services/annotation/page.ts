import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** The review page, one document: `npm run generate` writes it from the folder `page`. */
export const page = readFileSync(new URL('review.html', import.meta.url), 'utf8')

/** The source of an inline element of the page, as the browser hashes it. */
const cspHash = (element: 'script' | 'style'): string => {
  const content = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(page)?.[1] ?? ''
  return `'sha256-${hash('sha256', content, 'base64')}'`
}

/**
 * Its own script and style and nothing else run; it talks to this server alone; and no text can become markup or script, since
 * trusted types are asked for and none is made.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `script-src ${cspHash('script')}`,
  `style-src ${cspHash('style')}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')
