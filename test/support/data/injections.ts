import { readFileSync } from 'node:fs'

/** Chat texts that try to manipulate a judge. Those of kind `down` and some others aim at something else than a good score. */
export type Injection = { readonly id: string; readonly kind: string; readonly text: string }

export const injections: readonly Injection[] = readFileSync(
  new URL('../../corpus/injections.jsonl', import.meta.url),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map(line => JSON.parse(line))
