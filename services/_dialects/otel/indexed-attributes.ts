import type { Attributes } from './spans.ts'

/** Deeper names and larger indexes are left out: they come from strangers. */
const maxDepth = 10
const maxIndex = 10_000

type Tree = Map<string, Tree | { readonly leaf: unknown }>

/**
 * The list that attributes with an index in their names stand for: `PREFIX.0.role` and `PREFIX.0.tool_calls.0.name` become
 * `[{role, tool_calls: [{name}]}]`. Empty where no attribute begins with the prefix.
 */
export function indexedList(attributes: Attributes, prefix: string): readonly unknown[] {
  const root: Tree = new Map()
  for (const [name, value] of Object.entries(attributes)) {
    if (!name.startsWith(`${prefix}.`)) continue
    const path = name.slice(prefix.length + 1).split('.')
    if (path.length <= maxDepth) insert(root, path, value)
  }
  const list = toValue(root)
  return Array.isArray(list) ? list : []
}

function insert(tree: Tree, [head = '', ...rest]: readonly string[], leaf: unknown): void {
  if (rest.length === 0) {
    tree.set(head, { leaf })
    return
  }
  const known = tree.get(head)
  const below: Tree = known instanceof Map ? known : new Map()
  tree.set(head, below)
  insert(below, rest, leaf)
}

function toValue(tree: Tree): unknown {
  const entries = [...tree].map(([key, node]) => [key, node instanceof Map ? toValue(node) : node.leaf] as const)
  if (!entries.every(([key]) => /^\d{1,5}$/.test(key) && Number(key) <= maxIndex)) return Object.fromEntries(entries)
  return entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value)
}
