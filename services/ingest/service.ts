import type { Service } from '#runtime/service.ts'
import { type HttpApiPorts, httpApi } from './http-api.ts'

export const ingest: Service<'ingest', undefined, HttpApiPorts> = { name: 'ingest', version: 'ingest/v1', httpApi }
