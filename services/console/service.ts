import type { Service } from '#runtime/service.ts'
import { type HttpApiPorts, httpApi } from './http-api.ts'

export const consoleService: Service<'console', undefined, HttpApiPorts> = {
  name: 'console',
  version: 'console/v1',
  httpApi,
}
