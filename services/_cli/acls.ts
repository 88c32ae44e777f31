import { type Acl, acls } from '#topology/derive/acls.ts'
import { printLines } from './output.ts'

/** Prints the ACLs of services, production systems, outside readers and operators, for `kafka-acls`. */
export function showAcls({ json }: { readonly json: boolean }): void {
  printLines(json ? [JSON.stringify({ acls: acls() })] : acls().map(aclArguments))
}

function aclArguments({ principal, operation, resource, name, pattern }: Acl): string {
  return `--add --allow-principal ${principal} --operation ${operation} --${resource} '${name}' --resource-pattern-type ${pattern}`
}
