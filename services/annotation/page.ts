import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Fault } from '#runtime/core/faults.ts'

/** The review page, one document: `npm run generate` writes it from the folder `page`. */
export const page = readFileSync(new URL('review.html', import.meta.url), 'utf8')

/** The CSP source of an inline element of the page: the hash of its content. */
const cspHash = (element: 'script' | 'style'): string => {
  const content = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(page)?.[1]
  if (content === undefined) throw new Fault('FLY_BUG', `the review page has no ${element}`)
  return `'sha256-${hash('sha256', content, 'base64')}'`
}

/**
 * Only the page's own script and style run, and it can send requests only to this server. No text can become markup or script,
 * since trusted types are required and none are created.
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
