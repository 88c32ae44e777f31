import type { Service } from '#runtime/service.ts'
import { decide, version } from './decide.ts'

/** It asks the world nothing: all evidence is in the events. */
export const judge: Service<'judge'> = { name: 'judge', version, decide }
