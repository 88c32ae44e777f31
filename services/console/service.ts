import type { Service } from '#runtime/service.ts'
import { httpApi } from './edge.ts'

export const consoleService: Service<'console'> = { name: 'console', version: 'console/v1', httpApi }
