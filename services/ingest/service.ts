import type { Service } from '#runtime/service.ts'
import { httpApi } from './http-api.ts'

export const ingest: Service<'ingest'> = { name: 'ingest', version: 'ingest/v1', httpApi }
