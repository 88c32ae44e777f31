import type { Service } from '#runtime/service.ts'
import { type HttpApiPorts, httpApi } from './http-api.ts'

export const gateway: Service<'gateway', undefined, HttpApiPorts> = { name: 'gateway', version: 'gateway/v1', httpApi }
