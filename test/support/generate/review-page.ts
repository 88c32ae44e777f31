import { stripTypeScriptTypes } from 'node:module'

/** The parts of the script, in order; `form.ts` starts it. */
const scripts = [
  ...['dom.ts', 'json-text.ts', 'argument-form.ts', 'calls.ts', 'api.ts', 'conversation.ts'],
  ...['queue.ts', 'form.ts'],
]

/** The review page as one HTML document, with its style and its script, without types and modules. */
export function reviewPage(read: (part: string) => string, format: (script: string) => string): string {
  const script = format(scripts.map(name => asScript(read(name))).join('\n'))
  return read('document.html')
    .replace('/* style */', () => `\n${read('style.css')}`)
    .replace('/* script */', () => `\n'use strict'\n${script}`)
}

function asScript(module: string): string {
  const withoutImports = module.replace(/^import [^']* from '[^']*'$/gm, '').replace(/^export /gm, '')
  return stripTypeScriptTypes(withoutImports)
}
