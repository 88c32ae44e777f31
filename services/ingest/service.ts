import type { Service } from '#runtime/service.ts'
import { edge } from './edge.ts'

export const ingest: Service<'ingest'> = { name: 'ingest', version: 'ingest/v1', edge }
