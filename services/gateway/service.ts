import type { Service } from '#runtime/service.ts'
import { httpApi } from './http-api.ts'

export const gateway: Service<'gateway'> = { name: 'gateway', version: 'gateway/v1', httpApi }
