import type { Settings } from '#runtime/config/config.ts'
import { type Acl, acls } from '#topology/derive/acls.ts'
import { namespacePrefix } from '#topology/derive/names.ts'
import { printLines } from './output.ts'

/** Prints the ACLs of services, production systems, outside readers and operators, for `kafka-acls`. */
export function showAcls({ json }: { readonly json: boolean }, { namespace }: Pick<Settings, 'namespace'>): void {
  const all = acls(namespacePrefix(namespace))
  printLines(json ? [JSON.stringify({ acls: all })] : all.map(aclArguments))
}

function aclArguments({ principal, operation, resource, name, pattern }: Acl): string {
  return `--add --allow-principal ${principal} --operation ${operation} --${resource} '${name}' --resource-pattern-type ${pattern}`
}
