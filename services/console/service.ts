import type { Service } from '#runtime/service.ts'
import { httpApi } from './http-api.ts'

export const consoleService: Service<'console'> = { name: 'console', version: 'console/v1', httpApi }
