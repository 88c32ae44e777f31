import { Fault } from '#runtime/core/faults.ts'
import { serviceNames } from '#topology/derive/definitions.ts'
import type { ServiceName } from '#topology/types.ts'

/** A service given by name, one of `allowed`. FLY_USAGE with the names that are; `otherwise` says why the others are not. */
export function parseService(
  name: string,
  allowed: readonly ServiceName[] = serviceNames,
  otherwise = 'cannot be used here',
): ServiceName {
  const found = allowed.find(one => one === name)
  if (found !== undefined) return found
  const isKnown = serviceNames.some(one => one === name)
  const problem = isKnown ? `${name} ${otherwise}` : `there is no service ${name}`
  throw new Fault('FLY_USAGE', `${problem}; use one of ${allowed.join(', ')}`)
}
