import type { Service } from '#runtime/service.ts'
import { httpApi } from './edge.ts'

export const ingest: Service<'ingest'> = { name: 'ingest', version: 'ingest/v1', httpApi }
